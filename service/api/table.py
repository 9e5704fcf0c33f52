"""All routes of the service, in the order of the documentation."""

from typing import Final

from service.api import documents, events, health, members, program, purchases, returns, wallets
from service.api.route import Route

ROUTES: Final[tuple[Route, ...]] = (
    purchases.record_purchase,
    purchases.record_purchase_batch,
    purchases.read_purchase,
    purchases.find_purchase,
    purchases.explain_purchase,
    returns.record_return,
    members.enrol_member,
    members.lookup_member,
    members.read_member,
    members.change_member,
    members.read_home,
    members.read_tier,
    wallets.read_wallets,
    wallets.list_entries,
    wallets.adjust_wallet,
    program.read_program,
    program.list_versions,
    program.read_version,
    program.read_program_schema,
    program.check_program,
    program.plan_program,
    program.publish_program,
    events.list_events,
    health.read_liveness,
    health.read_readiness,
    documents.read_openapi,
    documents.read_docs,
    documents.read_problem,
)
