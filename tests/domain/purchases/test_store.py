import asyncio
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from service.domain.purchases import store
from service.domain.purchases.store import Key, WindowAsked
from service.domain.purchases.stored import Flag, Outcome, Purchase
from service.infra.db import Database, Tx
from service.kernel.actor import Actor, ActorKind
from service.rules.cart import Cart, CartLine, LineKind
from service.rules.decision import Award, Decision
from service.rules.facts import Facts, Past
from tests.waiting import blocked

START = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)
OLA, JAN = uuid.UUID(int=1), uuid.UUID(int=2)
TILL = Actor(kind=ActorKind.PARTNER, id="till", client_id=uuid.UUID(int=9))
FP = b"f" * 32
WEB1, WEB2, APP1 = ("web", "1"), ("web", "2"), ("app", "1")
FIRST, SECOND = uuid.UUID(int=101), uuid.UUID(int=102)


def day(number: float) -> dt.datetime:
    return START + dt.timedelta(days=number)


def bought(number: int, on: float = 0, *lines: CartLine, **fields: Any) -> Purchase:
    """Ola's purchase of that number."""
    cart = Cart(
        channel=fields.get("channel", "web"),
        store=fields.get("store"),
        currency="EUR",
        lines=lines or (CartLine(sku="x", quantity=1000, amount=100 * number),),
    )
    return Purchase(
        holder_id=OLA,
        occurred_at=day(on),
        purchase_id=uuid.UUID(int=100 + number),
        recorded_at=day(30),
        channel=cart.channel,
        external_id=str(number),
        store=cart.store,
        program_version=1,
        engine=1,
        flags=fields.get("flags", Flag(0)),
        net=store.net_of(cart),
        quantity=store.quantity_of(cart),
        returned=(0,) * len(cart.lines),
        cart=cart,
        facts=Facts(at=day(on)),
        decision=Decision(awards=(Award(wallet="points", points=1, available_at=day(on)),)),
        outcome=Outcome(currency="EUR"),
    )


async def write(tx: Tx, *purchases: Purchase) -> None:
    await store.insert(tx, [(purchase, TILL) for purchase in purchases])
    await tx.flush()


def claim(
    key: store.NaturalKey, purchase: uuid.UUID = FIRST
) -> tuple[store.NaturalKey, uuid.UUID, uuid.UUID, bytes]:
    return (key, purchase, OLA, FP)


# ------------------------------------------------------------------ natural keys


async def test_a_natural_key_names_one_purchase(tx: Tx) -> None:
    assert await store.claim_keys(tx, [claim(WEB1), claim(APP1)]) == {WEB1: False, APP1: False}
    assert await store.claim_keys(tx, [claim(WEB1, SECOND), claim(WEB2, SECOND)]) == {WEB2: False}

    assert await store.keys(tx, [WEB1, WEB2, ("pos", "1")]) == {
        WEB1: Key(FIRST, OLA, FP),
        WEB2: Key(SECOND, OLA, FP),
    }


async def test_natural_keys_differ_by_case(tx: Tx) -> None:
    await store.claim_keys(tx, [claim(("web", "a"))])

    assert await store.keys(tx, [("web", "A"), ("WEB", "a")]) == {}


async def test_a_purchase_takes_over_the_key_its_return_waits_on_and_is_told(tx: Tx) -> None:
    awaited = await store.await_keys(tx, [WEB1])
    assert awaited == {WEB1: Key(None, None, None)}

    assert await store.claim_keys(tx, [claim(WEB1), claim(WEB2)]) == {WEB1: True, WEB2: False}
    assert await store.claim_keys(tx, [claim(WEB1, SECOND)]) == {}


async def test_a_return_that_awaits_a_purchase_sees_the_one_that_came(tx: Tx) -> None:
    await store.claim_keys(tx, [claim(WEB1)])

    found = await store.await_keys(tx, [WEB1, WEB2])

    assert found == {WEB1: Key(FIRST, OLA, None), WEB2: Key(None, None, None)}


async def test_of_two_claims_at_once_one_wins(db: Database) -> None:
    async def take(purchase: uuid.UUID) -> bool:
        async with db.transaction() as tx:
            won = await store.claim_keys(tx, [claim(WEB1, purchase)])
            if won:
                await blocked(db)  # the other
            return WEB1 in won

    assert sorted(await asyncio.gather(take(FIRST), take(SECOND))) == [False, True]


async def test_a_claimed_purchases_key_moves_with_it(tx: Tx) -> None:
    await store.claim_keys(tx, [claim(WEB1), claim(WEB2)])

    await store.move_keys(tx, [WEB1], JAN)

    found = await store.keys(tx, [WEB1, WEB2])
    assert [found[key].holder_id for key in (WEB1, WEB2)] == [JAN, OLA]


# ------------------------------------------------------------------ purchases


GOODS = CartLine(sku="a", quantity=2000, amount=900, category="tea", discount_given=100)
SHIPPING = CartLine(sku="s", quantity=1000, amount=400, kind=LineKind.SHIPPING)
WHOLE = bought(1, 0, GOODS, SHIPPING, store="waw-01", flags=Flag.LATE | Flag.CHARGED_DIFFERS)


async def test_a_purchase_comes_back_as_it_was_written(tx: Tx) -> None:
    await write(tx, WHOLE, bought(2))

    assert await store.by_ids(tx, [FIRST, uuid.UUID(int=77)]) == {FIRST: WHOLE}
    assert await store.holders_of(tx, [FIRST, SECOND]) == {FIRST: (OLA, WEB1), SECOND: (OLA, WEB2)}


def test_spend_and_quantity_are_without_shipping() -> None:
    assert (WHOLE.net, WHOLE.quantity) == (800, 2000)


async def test_what_is_left_after_a_return_is_written(tx: Tx) -> None:
    await write(tx, WHOLE)
    half = msgspec.structs.replace(GOODS, quantity=1000, amount=450, discount_given=50)
    rest = msgspec.structs.replace(WHOLE.cart, lines=(half, SHIPPING))

    await store.update_returned(tx, [(WHOLE, rest, (1000, 0))])

    found = (await store.by_ids(tx, [FIRST]))[FIRST]
    assert (found.net, found.quantity, found.returned) == (400, 1000, (1000, 0))
    assert found.cart == WHOLE.cart  # what was bought stays
    (past,) = await windows(tx, [window(category="tea")])
    assert past == Past(400, 1, 1000)


async def test_a_holders_purchases_come_oldest_first_from_an_instant_on(tx: Tx) -> None:
    await write(tx, bought(1, 3), bought(2, 1), bought(3, 2))

    found = await store.of_holder(tx, OLA, day(2))

    assert [purchase.external_id for purchase in found] == ["3", "1"]
    assert await store.of_holder(tx, JAN, day(0)) == []


async def test_a_claimed_purchase_moves_to_the_member_with_its_new_decision(tx: Tx) -> None:
    await write(tx, WHOLE)
    new = msgspec.structs.replace(
        WHOLE,
        holder_id=JAN,
        program_version=2,
        flags=Flag.CLAIMED,
        facts=Facts(at=day(0), uses={"r": 1}),
        decision=Decision(uses=("r",)),
    )

    await store.reassign(tx, WHOLE, new)

    assert await store.by_ids(tx, [FIRST]) == {FIRST: new}
    assert await store.of_holder(tx, OLA, day(-1)) == []


# ------------------------------------------------------------------ history


def window(
    since: float | None = -1, until: float = 100, holder: uuid.UUID = OLA, **filters: str
) -> WindowAsked:
    return WindowAsked(
        holder,
        None if since is None else day(since),
        day(until),
        filters.get("channel"),
        filters.get("store"),
        filters.get("category"),
    )


async def windows(tx: Tx, asked: Sequence[WindowAsked]) -> list[Past]:
    """What each window holds."""
    questions = store.ask_windows(asked)
    await tx.ask_all(questions)
    found = {place: seen.past for one in questions for place, seen in one.answer.items()}
    return [found[place] for place in range(len(asked))]


async def uses(tx: Tx, spans: Sequence[store.Span]) -> list[int]:
    """How often a rule fired in each span."""
    found = await tx.ask(store.ask_uses(spans))
    return [found[place].times for place in range(len(spans))]


async def test_a_window_tells_the_first_purchase_that_counts(tx: Tx) -> None:
    """So does the span of a limit; of nothing it is None."""
    await write(tx, bought(1, 1), bought(2, 2), bought(4, 3))
    await store.add_uses(tx, [(OLA, "r", day(2), FIRST), (OLA, "r", day(3), SECOND)])

    questions = store.ask_windows([window(1, 3), window(None, 9), window(5, 9)])
    spans = [(OLA, "r", None, None), (OLA, "r", day(2), None), (OLA, "s", None, None)]
    fired = store.ask_uses(spans)
    await tx.ask_all([*questions, fired])

    seen = {place: seen.first for one in questions for place, seen in one.answer.items()}
    assert seen == {0: day(2), 1: day(1), 2: None}
    assert fired.answer == {0: (2, day(2)), 1: (1, day(3)), 2: (0, None)}


async def test_a_window_is_open_at_both_ends(tx: Tx) -> None:
    await write(tx, bought(1, 1), bought(2, 2), bought(4, 3))

    found = await windows(tx, [window(1, 3), window(0.9, 3), window(1, 3.1), window(None, 9)])

    assert found == [
        Past(200, 1, 1000),
        Past(300, 2, 2000),
        Past(600, 2, 2000),
        Past(700, 3, 3000),
    ]


async def test_a_purchase_of_nothing_or_wholly_returned_is_not_counted(tx: Tx) -> None:
    free = bought(1, 1, CartLine(sku="x", quantity=5000, amount=0))
    back = bought(2, 1)
    await write(tx, free, back)
    none = msgspec.structs.replace(back.cart, lines=())
    await store.update_returned(tx, [(back, none, (1000,))])

    assert await windows(tx, [window()]) == [Past(0, 0, 0)]


async def test_windows_of_a_channel_or_store_count_only_it(tx: Tx) -> None:
    await write(
        tx, bought(1, 1, channel="app"), bought(2, 2, store="waw-01"), bought(4, 3, store="waw-02")
    )

    found = await windows(
        tx,
        [
            window(channel="app"),
            window(channel="web"),
            window(store="waw-02"),
            window(channel="app", store="waw-02"),
            window(holder=JAN),
        ],
    )

    assert [past.spend for past in found] == [100, 600, 400, 0, 0]


async def test_a_window_of_a_category_counts_its_lines_alone(tx: Tx) -> None:
    tea = CartLine(sku="t", quantity=2000, amount=300, category="tea")
    beans = CartLine(sku="b", quantity=500, amount=700, category="beans")
    gift = CartLine(sku="g", quantity=1000, amount=0, category="tea")
    await write(tx, bought(1, 1, tea, beans), bought(2, 2, beans), bought(3, 3, gift))

    found = await windows(
        tx, [window(category="tea"), window(), window(category="beans"), window(category="milk")]
    )

    assert found == [Past(300, 1, 2000), Past(1700, 2, 3000), Past(1400, 2, 1000), Past(0, 0, 0)]


# ------------------------------------------------------------------ limits


async def test_uses_are_counted_between_open_ends_per_member_and_rule(tx: Tx) -> None:
    await store.add_uses(
        tx,
        [
            (OLA, "r", day(1), FIRST),
            (OLA, "r", day(2), SECOND),
            (OLA, "other", day(2), SECOND),
            (JAN, "r", day(2), SECOND),
        ],
    )

    assert await uses(
        tx,
        [
            (OLA, "r", None, None),
            (OLA, "r", day(1), day(2)),
            (OLA, "r", day(1) - TICK, day(2)),
            (OLA, "r", day(1), day(2) + TICK),
            (OLA, "never", None, None),
            (JAN, "r", None, None),
        ],
    ) == [2, 0, 1, 1, 0, 1]


async def test_a_use_given_back_is_free_again_and_no_other(tx: Tx) -> None:
    await store.add_uses(tx, [(OLA, "r", day(1), FIRST), (OLA, "r", day(1), SECOND)])

    await store.remove_uses(tx, [(OLA, "r", day(1), FIRST)])

    assert await uses(tx, [(OLA, "r", None, None)]) == [1]


@pytest.mark.parametrize(
    ("lines", "stored"),
    [((SHIPPING,), None), ((GOODS, GOODS, SHIPPING), '{"tea": [1600, 4000]}')],
)
async def test_money_per_category_is_stored_with_the_purchase(
    tx: Tx, lines: tuple[CartLine, ...], stored: str | None
) -> None:
    await write(tx, bought(1, 0, *lines))

    assert await tx.connection.fetchval("select by_category::text from purchase") == stored
