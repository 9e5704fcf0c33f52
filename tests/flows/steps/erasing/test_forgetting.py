"""A person who used everything is erased: not a word of theirs, or about them, is in any table.

Every text there is to be filled holds a word of its own with `kanarek` in it; what conditions read
holds `wrobel`, and may stay where decisions have to come out the same.
"""

import datetime as dt
import pathlib
import uuid
from collections.abc import AsyncIterator
from typing import Final, get_type_hints

import msgspec
import pytest

from service.domain.activities.types import RecordActivity
from service.domain.approvals.types import ApprovalView, RefuseApproval
from service.domain.clubs.stays import DecideApplication, Decided
from service.domain.clubs.types import InviteToClub, LetIntoClub, MakeClubCode
from service.domain.consents.types import ConsentIn, RecordConsents
from service.domain.coupons.types import IssueCoupon, NameCoupon
from service.domain.events.catalog import TYPES
from service.domain.events.gift_cards import GiftCardBlocked, GiftCardUnblocked
from service.domain.members.types import Profile
from service.domain.returns.types import VoidPurchase
from service.domain.rewards.types import HandOver
from service.domain.transfers.types import TransferUnits
from service.domain.wallets.types import Adjust
from service.flows.segments.look_again import look_again
from service.flows.steps.erasing.forgetting import SAYING_WHY
from service.kernel.actor import Actor, ActorKind
from service.kernel.values import Identifier, OtherMember
from tests.databases import Server
from tests.flows import reward_shop
from tests.flows.conftest import opened
from tests.flows.counter import hold
from tests.flows.eraser import erased
from tests.flows.membership_shop import APP, Memberships
from tests.flows.merging import merge
from tests.flows.remains import places
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import TILL, Shop, card, goods
from tests.flows.undoing import undo

CANARY: Final = (pathlib.Path(__file__).parents[2] / "canary.yaml").read_text()
PERSON: Final = "kanarek"
READ: Final = "wrobel"
# Where words that conditions read stay, each because its decision is made again by them: by the
# verification, and by whatever comes back of a purchase.
REMAINS: Final = {
    ("purchase", "facts"),
    ("hold", "facts"),
    ("redemption", "facts"),
    ("trigger_run", "facts"),
    ("program_version", "source"),  # the program itself names them
    ("program_version", "canonical"),
}
# Other fields that are text: ids, names of the program or of the shop, and kinds.
_NAMES = {
    "name", "rule", "kind", "why", "state", "club", "channel", "external_id", "store", "currency",
    "was", "now", "ladder", "template", "reward", "wallet", "role", "ground", "decision", "source",
    "trigger", "segment", "sort", "card", "shown", "card_state", "badge", "item", "external",
    "campaign", "lets", "consent",
    "head", "previous", "root",  # digests of the audit's chain
}  # fmt: skip
EVA: Final = Actor(
    kind=ActorKind.STAFF,
    id="eva",
    client_id=TILL.client_id,
    scopes=frozenset({"points:adjust", "approvals:read", "approvals:decide"}),
    store="waw-01",
)
JAN: Final = msgspec.structs.replace(EVA, id="jan")


@pytest.fixture
async def aviary(server: Server) -> AsyncIterator[Shop]:
    """A shop where everything that keeps words can be used; it is verified after the test."""
    async with opened(server, CANARY) as shop:
        yield shop


def word(of: str) -> str:
    """A word of the person's own."""
    return f"{PERSON} {of}"


async def enrolled(shop: Shop, number: str) -> uuid.UUID:
    """Somebody with a word in all that says who they are."""
    profile = Profile(
        name=word("name"), first_name=word("first"), last_name=word("last"),
        birth_date=dt.date(1992, 2, 29), language="pl", country="PL",
    )  # fmt: skip
    member = await shop.enrol(
        card(f"{PERSON}{number}"),
        Identifier("email", f"{PERSON}{number}@example.org", verified=True),
        profile=profile,
        fields={"nickname": word("nickname"), "city": f"{READ}-city"},
    )
    return member.id


async def moves_units(shop: Shop, member: uuid.UUID, friend: uuid.UUID) -> None:
    """By hand, alone and with a second person, given away, taken back, void."""
    await shop.adjust(member, 2_000)
    verbs = shop.verbs
    given = Adjust(wallet="points", amount=50, reason=word("goodwill"), code="late")
    done = (await verbs.adjust_wallet(EVA, member, given, "key-alone")).body
    await undo(shop, done.id, reason=word("a mistake"))
    asked = []
    for number in range(3):
        body = Adjust(wallet="points", amount=900, reason=word(f"asked {number}"), code="late")
        waits = (await verbs.adjust_wallet(EVA, member, body, f"key-asked-{number}")).body
        assert isinstance(waits, ApprovalView)
        asked.append(waits.id)
    await verbs.give_approval(JAN, asked[0])
    await verbs.refuse_approval(JAN, asked[1], RefuseApproval(reason=word("refused")))
    present = TransferUnits(
        to=OtherMember(id=friend), wallet="points", amount=10, reason=word("a present")
    )
    await verbs.transfer_units(TILL, member, present, "key-present")


async def shops(shop: Shop, member: uuid.UUID) -> None:
    """Buys, brings back, takes rewards, keeps some of them."""
    await shop.buy("o-1", member, goods(10_000), goods(5_000))
    await shop.bring_back("r-1", "o-1", {2: None})
    gone = await shop.buy("o-2", member, goods(1_000))
    why = VoidPurchase(reason=word("void"), store="waw-01")
    await shop.verbs.void_purchase(TILL, gone.id, why)
    await hold(shop, "c-1", member, goods(1_000), points=100)
    mug = await reward_shop.redeem(shop, member, "mug")
    await shop.verbs.hand_over_redemption(TILL, mug.id, HandOver(note=word("mug")), "key-mug-1")
    other = await reward_shop.redeem(shop, member, "mug", 600)
    await reward_shop.cancel(shop, other, word("cancelled"))
    await reward_shop.redeem(shop, member, "mug", 600)
    await reward_shop.redeem(shop, member, "five-off")
    gift = IssueCoupon(template="FREE", reason=word("coupon"))
    coupon = (await shop.verbs.issue_coupon(TILL, member, gift, "key-coupon")).body
    named = NameCoupon(coupon_id=coupon.id, reason=word("coupon void"))
    await shop.verbs.void_coupon(TILL, named)
    await shop.verbs.reinstate_coupon(TILL, named)


async def tells(shop: Shop, member: uuid.UUID, of: str) -> None:
    """What they do that is no purchase, in their own words."""
    for number, mood in enumerate((f"{READ}-mood", f"{READ}-other")):
        body = RecordActivity(
            name="review",
            source="app",
            external_id=f"review {of} {number}",
            member=OtherMember(id=member),
            attributes={"text": word("review"), "mood": mood, "stars": 5},
        )
        await shop.verbs.record_activity(TILL, body)
    await look_again(shop.built.ctx)
    said = ConsentIn(channel="email", given=True, source="web", wording=f"{PERSON}-wording")
    await shop.verbs.record_consents(TILL, member, RecordConsents(consents=(said,)))


async def joins(shop: Shop, member: uuid.UUID, friend: uuid.UUID, third: uuid.UUID) -> None:
    """Clubs in every way, and a household."""
    club, verbs = Memberships(shop, "roasters"), shop.verbs
    let_in = LetIntoClub(member=OtherMember(id=member), note=word("let in"))
    await verbs.let_into_club(TILL, "roasters", let_in)
    invited = InviteToClub(member=OtherMember(id=friend), by=member, note=word("come along"))
    await verbs.invite_to_club(APP, "roasters", invited)
    code = MakeClubCode(by=member, uses_max=2, note=word("code"))
    await verbs.make_club_code(APP, "roasters", code, "key-code-1")
    await club.own(member)
    asks = (await club.apply(friend)).body
    no = DecideApplication(decision=Decided.REJECTED, by=member, note=word("not yet"))
    await verbs.decide_club_application(APP, "roasters", asks.id, no)
    await club.join(friend)
    waits = InviteToClub(member=OtherMember(id=third), by=member, note=word("wait with us"))
    await verbs.invite_to_club(APP, "roasters", waits)
    await club.join(third)  # both seats are taken: to the end of the list
    terrace = club.of("terrace")
    asked = (await terrace.apply(member, word("let me in"))).body
    await terrace.decide(asked.id, Decided.REJECTED)
    await terrace.apply(member, word("please"))
    home = Sharing(shop)
    await home.join(await invited_home(home, friend, member), member)


async def invited_home(home: Sharing, head: uuid.UUID, member: uuid.UUID) -> uuid.UUID:
    """A household that somebody else is the head of."""
    found = await home.form(head)
    await home.invite(found, head, member)
    return found


async def test_no_word_of_a_person_is_left_in_any_column_of_any_table(aviary: Shop) -> None:
    member, same = await enrolled(aviary, "1"), await enrolled(aviary, "4")
    await aviary.adjust(same, 100)
    await tells(aviary, same, "of the same")
    await merge(aviary, member, same)
    friend, third = (await aviary.enrol("2")).id, (await aviary.enrol("3")).id
    await moves_units(aviary, member, friend)
    await shops(aviary, member)
    await tells(aviary, member, "of theirs")
    await joins(aviary, member, friend, third)
    before = await places(aviary, PERSON)
    assert len(before) >= 20

    await erased(aviary, member)

    assert await places(aviary, PERSON) == set()
    assert await places(aviary, READ) == REMAINS
    await aviary.bring_back("r-2", "o-1")  # it decides by what is left of the facts
    assert await places(aviary, PERSON) == set()


def test_every_event_with_a_reason_in_words_is_hushed() -> None:
    """Those of gift cards are of no member."""
    saying = {event for event in TYPES if "reason" in event.__struct_fields__}
    saying -= {GiftCardBlocked, GiftCardUnblocked}
    assert set(SAYING_WHY) == saying


def test_no_other_text_of_an_event_is_anybodys_words() -> None:
    """A new one has to be looked at: may somebody write a name into it?"""
    texts = {
        (event.__name__, name)
        for event in TYPES
        for name, kind in get_type_hints(event).items()
        if kind in (str, str | None) and name != "reason"
    }
    assert {name for _, name in texts} <= _NAMES
