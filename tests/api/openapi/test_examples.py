"""Every example of the documentation is sent to the service, in the order of a member's life."""

import datetime as dt
import json
from typing import Any

from service.api.openapi.examples import REQUESTS
from tests.api.client import Service

ORDER = (
    "enrol_member",
    "lookup_member",
    "change_member",
    "record_purchase",
    "record_purchase_batch",
    "record_return",
    "adjust_wallet",
    "check_program",
    "plan_program",
    "publish_program",
)
PATHS = {
    "enrol_member": ("POST", "/v1/members"),
    "lookup_member": ("POST", "/v1/members/lookup"),
    "change_member": ("PATCH", "/v1/members/{member_id}"),
    "record_purchase": ("POST", "/v1/purchases"),
    "record_purchase_batch": ("POST", "/v1/purchases/batch"),
    "record_return": ("POST", "/v1/returns"),
    "adjust_wallet": ("POST", "/v1/members/{member_id}/adjustments"),
    "check_program": ("POST", "/v1/program/check"),
    "plan_program": ("POST", "/v1/program/plan"),
    "publish_program": ("POST", "/v1/program/versions"),
}


def today(value: Any, now: dt.datetime) -> Any:
    """The example with its instants in the last hour: a till may not report the far past."""
    text = json.dumps(value)
    return json.loads(text.replace("2026-11-22T10:00:00Z", now.isoformat()))


async def test_every_example_does_what_it_says(service: Service, recently: dt.datetime) -> None:
    assert set(ORDER) == REQUESTS.keys()
    member = ""
    done = {}
    for name in ORDER:
        method, path = PATHS[name]
        for example in REQUESTS[name].values():
            answer = await service.admin.request(
                method,
                path.replace("{member_id}", member),
                json=today(example["value"], recently),
                headers={"Idempotency-Key": f"example-{name}"},
            )
            assert answer.status_code in {200, 201}, answer.text
            done[name] = answer.json()
            member = done["enrol_member"]["id"]

    assert done["lookup_member"]["id"] == done["change_member"]["id"] == member
    assert [one["status"] for one in done["record_purchase_batch"]["results"]] == [201, 201]
    assert done["record_return"]["refund"]["total"] == 950
    assert done["check_program"] == {"ok": True, "problems": []}
