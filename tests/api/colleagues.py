"""Staff at the device of a client, one of whom asks and another decides."""

from typing import Any, Final

import httpx

from tests.api.client import Service

_FIRST_PIN: Final = "738205"  # known to who made the account
_PIN: Final = "640283"


async def hired(service: Service, device: httpx.AsyncClient, login: str, **account: Any) -> Any:
    """A new account, whose person has chosen a PIN at a device."""
    body = {"login": login, "pin": _FIRST_PIN, **account}
    made = await service.admin.post("/v1/staff/accounts", json=body)
    assert made.status_code == 201, made.text
    who = {"login": login, "pin": _FIRST_PIN, "device": f"till-{login}", "new_pin": _PIN}
    changed = await device.post("/v1/staff/secret", json=who)
    assert changed.status_code == 200, changed.text
    return changed.json()


async def signed_in(
    service: Service, device: httpx.AsyncClient, login: str, **account: Any
) -> dict[str, str]:
    """The header of a new account's person, a supervisor, at a device in waw-01."""
    await hired(service, device, login, **{"role": "supervisor", **account})
    who = {"login": login, "pin": _PIN, "device": f"till-{login}", "store": "waw-01"}
    signed = await device.post("/v1/staff/sign-in", json=who)
    assert signed.status_code == 200, signed.text
    return {"Regulars-Staff": signed.json()["token"]}


async def asked(
    device: httpx.AsyncClient, member: str, person: dict[str, str], key: str, amount: int = 501
) -> Any:
    """What more than one may do alone is answered with."""
    body = {"wallet": "points", "amount": amount, "reason": "cold coffee", "code": "late"}
    path, headers = f"/v1/members/{member}/adjustments", {**person, "Idempotency-Key": key}
    answer = await device.post(path, json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    return answer.json()
