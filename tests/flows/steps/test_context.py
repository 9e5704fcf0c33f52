import uuid

from service.domain.purchases.basket import MemberRef
from service.flows.checkout.record_purchases import gate_key
from service.flows.steps.context import IN_THE_FUTURE_MAX, SETTLEMENT, member_key
from service.kernel.actor import ActorKind
from tests.flows.shop import Shop, bought, day, goods

OLA = uuid.UUID(int=1)


def test_verbs_of_one_member_stand_in_one_line() -> None:
    assert gate_key(bought("a", OLA, goods(100))) == member_key(OLA)
    assert member_key(OLA) != member_key(uuid.UUID(int=2))
    assert isinstance(bought("a", OLA).member, MemberRef)


def test_the_clock_of_a_till_may_run_five_minutes_ahead() -> None:
    assert IN_THE_FUTURE_MAX.total_seconds() == 300


async def test_what_settling_posts_is_nobodys_but_the_jobs(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, brand="acme"), at=day(0))
    await shop.buy("b", ola, goods(100), at=day(40))

    page = await shop.reads.entries(ola, "stars", None, 10)

    assert SETTLEMENT.kind is ActorKind.JOB
    assert [(entry.reason, entry.actor) for entry in page.items] == [
        *(("expired", "job:settlement"), ("earned", "partner:till")),
    ]
