"""The facts of a program."""

import pytest

from service.rules.document import (
    Field,
    FieldKind,
    Ladder,
    Qualify,
    QualifyBy,
    Store,
    Tier,
    WithinKind,
)
from service.rules.registry import BUILT_IN, MEMBER_NAMES, Kind, Origin, Registry, build

HABIT = Ladder(
    id="habit",
    qualify=Qualify(by=QualifyBy.VISITS, within=WithinKind.LIFETIME),
    tiers=(Tier(id="guest", threshold=0), Tier(id="regular", threshold=12)),
)


@pytest.fixture
def registry() -> Registry:
    return build(
        channels=("web", "app"),
        stores={"waw-01": Store(("warsaw",)), "waw-02": Store(("warsaw", "airport"))},
        line_fields={"attributes.roast": Field(FieldKind.CHOICE, ("light", "dark"))},
        member_fields={"cups": Field(FieldKind.NUMBER), "newsletter": Field(FieldKind.BOOL)},
        ladders=[HABIT],
    )


def test_declared_channels_stores_and_groups_are_the_allowed_values(registry: Registry) -> None:
    facts = registry.facts
    assert facts["cart.channel"].values == ("web", "app")
    assert facts["cart.store"].values == ("waw-01", "waw-02")
    assert facts["cart.store_group"].values == ("warsaw", "airport")
    assert {facts[f"cart.{n}"].kind for n in ("channel", "store", "store_group")} == {Kind.CHOICE}


def test_each_ladder_is_a_fact_with_its_tiers_from_the_lowest(registry: Registry) -> None:
    fact = registry.facts["member.tier.habit"]
    assert (fact.kind, fact.values) == (Kind.TIER, ("guest", "regular"))


def test_each_declared_field_is_a_fact_of_its_type(registry: Registry) -> None:
    assert registry.facts["member.cups"].kind is Kind.COUNT
    assert registry.facts["member.cups"].least < 0
    assert registry.facts["member.newsletter"].kind is Kind.BOOL
    assert registry.line_fields["attributes.roast"].values == ("light", "dark")


def test_a_program_without_stores_takes_any_text_as_a_store_and_knows_no_group() -> None:
    facts = build(channels=("web",), stores={}, line_fields={}, member_fields={}, ladders=[]).facts
    assert facts["cart.store"].kind is Kind.TEXT
    assert facts["cart.store_group"] == next(i for i in BUILT_IN if i.name == "cart.store_group")
    assert facts["cart.store_group"].values == ()


def test_facts_without_values_of_their_own_are_the_same_everywhere(registry: Registry) -> None:
    for info in BUILT_IN:
        if info.name not in ("cart.channel", "cart.store", "cart.store_group"):
            assert registry.facts[info.name] is info


def test_every_fact_says_what_it_is_and_where_it_comes_from(registry: Registry) -> None:
    for name, info in (registry.facts | registry.line_fields).items():
        assert info.name == name
        assert info.label
        assert isinstance(info.origin, Origin)


def test_no_member_field_can_hide_a_fact_of_ours() -> None:
    assert {"tier", "known", "is_birthday", "enrolled_days", "clubs", "segments"} <= MEMBER_NAMES
