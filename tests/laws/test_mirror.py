"""Every module has its test where it is looked for: service/x/y.py in tests/x/test_y.py."""

import ast
import pathlib
from collections.abc import Iterator
from typing import Final

import pytest

ROOT: Final = pathlib.Path(__file__).parents[2]
WITHOUT_BEHAVIOUR: Final = {"__init__", "__main__", "types", "errors"}  # declarations alone
# Modules tested elsewhere, and why; the file named has to import the module or name its path.
ELSEWHERE: Final = {
    # declarations: what they promise shows where they are used
    "kernel/answer.py": "flows/test_verbs.py",
    "kernel/text.py": "domain/purchases/test_content.py",
    "kernel/values.py": "domain/purchases/test_stored.py",
    "rules/document.py": "rules/test_compile.py",
    "flows/steps/erasing/going.py": "flows/steps/erasing/test_letting_go.py",
    "domain/purchases/basket.py": "domain/purchases/test_content.py",
    "flows/steps/returns/exchanging.py": "flows/checkout/test_exchange_items.py",
    "api/services.py": "api/recorder.py",
    "domain/events/catalog.py": "domain/events/instances.py",
    "rules/sharing.py": "rules/check/test_transfers.py",
    "rules/receipts.py": "rules/check/test_receipts.py",
    "rules/staff.py": "rules/check/test_staff.py",
    "api/openapi/activity_examples.py": "api/openapi/test_examples.py",
    "api/openapi/sharing_examples.py": "api/openapi/test_examples.py",
    "api/openapi/club_examples.py": "api/openapi/test_examples.py",
    "domain/clubs/looking.py": "flows/reads/test_clubs.py",
    "domain/clubs/views.py": "flows/reads/test_clubs.py",
    "domain/events/clubs.py": "domain/events/instances.py",
    "domain/events/segments.py": "domain/events/instances.py",
    "domain/segments/store.py": "flows/segments/test_sweep_members.py",
    "flows/steps/reconsidering/reconsider.py": "flows/segments/test_look_again.py",
    "domain/events/occasions.py": "domain/events/instances.py",
    "flows/steps/occasions/run.py": "flows/occasions/test_run_occasions.py",
    "flows/steps/occasions/deciding.py": "flows/steps/occasions/test_chain.py",
    "flows/steps/occasions/posting.py": "flows/steps/occasions/test_chain.py",
    "flows/steps/occasions/giving.py": "flows/steps/occasions/test_chain.py",
    "flows/steps/occasions/happening.py": "flows/occasions/test_run_schedules.py",
    "flows/steps/purchases/following.py": "flows/steps/occasions/test_chain.py",
    "domain/occasions/schedules.py": "flows/occasions/test_run_schedules.py",
    "domain/occasions/store.py": "flows/occasions/test_run_occasions.py",
    "flows/clubs/advance_clubs.py": "flows/steps/clubs/test_advancing.py",
    "flows/clubs/verbs.py": "flows/club_shop.py",
    "flows/steps/clubs/inviting.py": "flows/clubs/test_invite_to_club.py",
    "flows/steps/clubs/offering.py": "flows/steps/clubs/test_entering.py",
    "flows/steps/clubs/views.py": "flows/clubs/test_join_club.py",
    "api/openapi/club_stay_examples.py": "api/openapi/test_examples.py",
    "api/openapi/endpoint_examples.py": "api/openapi/test_examples.py",
    "domain/endpoints/store.py": "flows/delivering/test_settle_deliveries.py",
    "domain/endpoints/deliveries.py": "flows/delivering/test_settle_deliveries.py",
    "domain/events/endpoints.py": "domain/events/instances.py",
    "domain/events/security.py": "domain/events/instances.py",
    "domain/events/consents.py": "domain/events/instances.py",
    "domain/events/audit.py": "domain/events/instances.py",
    "domain/audit/store.py": "flows/audit/test_close_audit_day.py",
    "flows/audit/verbs.py": "flows/audit/test_note_export.py",
    "domain/consents/store.py": "flows/members/test_record_consents.py",
    "flows/reads/consents.py": "flows/members/test_record_consents.py",
    "flows/steps/consents.py": "flows/members/test_record_consents.py",
    "flows/endpoints/verbs.py": "flows/outward.py",
    "flows/reads/deliveries.py": "flows/delivering/test_crossing_runs.py",
    "flows/reads/endpoints.py": "api/test_endpoints.py",
    "flows/steps/delivering/people.py": "flows/delivering/test_connectors.py",
    "domain/endpoints/formats.py": "domain/endpoints/test_composing.py",
    "domain/relays/store.py": "flows/relaying/test_relay.py",
    "domain/relays/streams.py": "flows/relaying/outlets.py",
    "domain/relays/subjects.py": "flows/relaying/outlets.py",
    "api/openapi/connector_examples.py": "flows/delivering/test_connectors.py",
    "flows/steps/delivering/work.py": "flows/delivering/test_settle_deliveries.py",
    "flows/steps/delivering/run.py": "flows/delivering/test_crossing_runs.py",
    "flows/steps/endpoints.py": "flows/endpoints/test_create_endpoint.py",
    "domain/events/club_stays.py": "domain/events/instances.py",
    "domain/clubs/stays.py": "flows/membership_shop.py",
    "domain/clubs/spans.py": "flows/membership_shop.py",
    "domain/clubs/owners.py": "flows/memberships/test_change_club_owner.py",
    "domain/clubs/payments.py": "flows/memberships/test_record_club_payment.py",
    "domain/clubs/applications.py": "flows/memberships/test_apply_to_club.py",
    "domain/clubs/pools.py": "flows/memberships/test_move_club_units.py",
    "flows/memberships/verbs.py": "flows/membership_shop.py",
    "flows/steps/clubs/admitting.py": "flows/memberships/test_record_club_payment.py",
    "flows/steps/clubs/leaving.py": "flows/memberships/test_ban_from_club.py",
    "flows/steps/clubs/staying.py": "flows/memberships/test_pause_club_membership.py",
    "flows/steps/clubs/applying.py": "flows/memberships/test_decide_club_application.py",
    "flows/steps/clubs/paying.py": "flows/memberships/test_reverse_club_payment.py",
    "flows/steps/clubs/pooling.py": "flows/memberships/test_move_club_units.py",
    "flows/sharing/verbs.py": "flows/sharing_shop.py",
    "flows/activities/verbs.py": "flows/activities/test_record_activities.py",
    "flows/checkout/verbs.py": "flows/test_verbs.py",
    "flows/coupons/verbs.py": "flows/test_verbs.py",
    "flows/members/verbs.py": "flows/test_verbs.py",
    "flows/programs/verbs.py": "flows/test_verbs.py",
    "flows/rewards/verbs.py": "flows/test_verbs.py",
    "domain/events/operations.py": "domain/events/instances.py",
    "api/openapi/staff_examples.py": "api/openapi/test_examples.py",
    "flows/staff/verbs.py": "flows/staff_shop.py",
    "domain/events/activities.py": "domain/events/instances.py",
    "domain/events/approvals.py": "domain/events/instances.py",
    "domain/events/gift_cards.py": "domain/events/instances.py",
    "flows/steps/staff/adjusting.py": "flows/desk/test_adjust_wallets.py",
    "flows/steps/staff/approvals.py": "flows/desk/test_decide_approvals.py",
    "rules/badges.py": "rules/check/test_badges.py",
    "rules/clubs.py": "rules/test_belonging.py",
    "rules/segments.py": "rules/test_belonging.py",
    "rules/triggers.py": "rules/check/test_triggers.py",
    "rules/hidden.py": "rules/test_hiding.py",
    "rules/schema_clubs.py": "rules/test_schema.py",
    "rules/effects/give_badge.py": "rules/check/test_effects.py",
    "rules/effects/invite_to_club.py": "rules/check/test_effects.py",
    "rules/effects/tell_event.py": "rules/check/test_effects.py",
    # generators of a document whose freshness is a law
    "domain/events/asyncapi.py": "laws/test_asyncapi.py",
    # parts of one thing, tested as one
    "infra/meter.py": "infra/test_metrics.py",
    "infra/spans.py": "infra/test_telemetry.py",
    "api/traced.py": "infra/test_telemetry.py",
    "infra/embedded_host.py": "infra/test_embedded.py",
    "api/pages.py": "api/test_documents.py",
    "flows/reads/face.py": "flows/reads/test_members.py",
    "flows/steps/checkout/deciding.py": "flows/steps/test_facts.py",
    "flows/steps/returns/return_batch.py": "flows/checkout/test_record_returns.py",
    "flows/steps/rewards/cancelling.py": "flows/rewards/test_cancel_redemption.py",
    "flows/steps/naming.py": "flows/sharing/test_transfer_units.py",
    "flows/steps/sharing/belonging.py": "flows/sharing/test_join_household.py",
    "flows/steps/sharing/dissolving.py": "flows/sharing/test_dissolve_household.py",
    # statements that a merge is made of
    "domain/activities/merging.py": "flows/members/test_merged_rows.py",
    "domain/badges/merging.py": "flows/members/test_merged_rows.py",
    "domain/coupons/merging.py": "flows/members/test_merged_rows.py",
    "domain/households/merging.py": "flows/members/test_merged_rows.py",
    "domain/occasions/merging.py": "flows/members/test_merged_rows.py",
    "domain/purchases/merging.py": "flows/members/test_merged_rows.py",
    "domain/returns/merging.py": "flows/members/test_merged_rows.py",
    "domain/rewards/merging.py": "flows/members/test_merged_rows.py",
    "domain/segments/merging.py": "flows/members/test_merged_rows.py",
    "domain/tiers/merging.py": "flows/members/test_merged_rows.py",
    "domain/clubs/merging.py": "flows/steps/clubs/test_merging.py",
    "domain/members/merges.py": "flows/members/test_merge_members.py",
    "domain/events/merging.py": "domain/events/instances.py",
    "flows/steps/merging/family.py": "flows/members/test_merge_members.py",
    "flows/steps/merging/rows.py": "flows/members/test_merged_rows.py",
    "flows/steps/merging/units.py": "flows/members/test_merge_members.py",
    "flows/steps/member_view.py": "flows/members/test_change_member.py",
}


def modules() -> Iterator[pathlib.Path]:
    """Paths below `service` of all modules with behaviour."""
    for path in sorted((ROOT / "service").rglob("*.py")):
        if path.stem not in WITHOUT_BEHAVIOUR:
            yield path.relative_to(ROOT / "service")


def test_of(module: pathlib.Path) -> pathlib.Path:
    """Where the module's test is looked for, below `tests`."""
    return module.parent / f"test_{module.name}"


test_of.__test__ = False  # type: ignore[attr-defined]


def dotted(module: pathlib.Path) -> str:
    """`flows/steps/match.py` -> `service.flows.steps.match`."""
    return ".".join(("service", *module.with_suffix("").parts))


def mentions(text: str, module: pathlib.Path) -> bool:
    """The source imports the module, or something of it, or names its path."""
    if f"service/{module}" in text:
        return True
    wanted = dotted(module)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import) and wanted in {alias.name for alias in node.names}:
            return True
        if isinstance(node, ast.ImportFrom) and wanted in {
            str(node.module),
            *(f"{node.module}.{alias.name}" for alias in node.names),
        }:
            return True
    return False


def test_every_module_has_its_test() -> None:
    missing = [
        str(module)
        for module in modules()
        if str(module) not in ELSEWHERE and not (ROOT / "tests" / test_of(module)).is_file()
    ]

    assert missing == []


@pytest.mark.parametrize(("module", "test"), ELSEWHERE.items())
def test_what_is_tested_elsewhere_is_tested_there(module: str, test: str) -> None:
    assert (ROOT / "service" / module).is_file()
    assert not (ROOT / "tests" / test_of(pathlib.Path(module))).is_file()
    assert mentions((ROOT / "tests" / test).read_text(), pathlib.Path(module))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from service.flows.steps.match import look", True),
        ("from service.flows.steps import match", True),
        ("import service.flows.steps.match", True),
        ('"""Tests of service/flows/steps/match.py."""', True),
        ("from service.flows.steps.matching import look", False),
        ("from service.flows import steps", False),
        ("# match", False),
    ],
)
def test_a_mention_is_an_import_or_the_path(text: str, found: bool) -> None:
    assert mentions(text, pathlib.Path("flows/steps/match.py")) is found
