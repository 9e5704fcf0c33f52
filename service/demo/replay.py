"""Coupons really used, through the API: their codes brought in, then the purchases that had them.

The import hands each such purchase over when its turn comes (`Replay.take`), so that a household's
baskets keep their order. It is sent as a till would that was offline since: mode `record`, with its
codes, and charged as in the data. There manufacturers paid for coupons (`coupon_disc`, a means of
payment), and the retailer received what it asked for: what is earned does not change.
"""

import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from service.demo.asgi import Answered, App, Client, started
from service.domain.access import codes
from service.domain.purchases.types import Mode
from service.flows.keys.create_key import create_key
from service.flows.keys.revoke_key import revoke_key
from service.imports.importer import ImportStopped
from service.imports.purchase_rows import ImportedPurchase
from service.imports.run_purchases import NotTaken
from service.infra.db import Database
from service.infra.settings import Settings
from service.kernel.answer import Answer

Serve = Callable[[Settings], App]
_ROLE: Final = "admin"
_RATE: Final = 1_000_000  # a year in minutes: not what admins may ask in one
_CREATED, _REPLAYED = 201, 200
_REFUSED: Final = frozenset({400, 404, 409, 422})


@contextlib.asynccontextmanager
async def served(serve: Serve, settings: Settings) -> AsyncIterator[Client]:
    """The service in this process, with a key that ends with it."""
    app = serve(settings)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(started(app))
        db = await Database.open(settings.database_url, size_min=1, size_max=1)
        stack.push_async_callback(db.close)
        key = await create_key(db, _ROLE, f"demo-{secrets.token_hex(3)}", rate_per_minute=_RATE)
        code = codes.read(key)
        assert code is not None  # noqa: S101  # for the type checker
        stack.push_async_callback(revoke_key, db, code.kid)
        yield Client(app, key)


async def bring_in(client: Client, by_template: Mapping[str, Sequence[str]]) -> None:
    """The codes of each template; those that are known already stay as they are."""
    for template, printed in by_template.items():
        body = {"template": template, "codes": printed, "note": "The Complete Journey"}
        digest = hashlib.sha256(msgspec.json.encode(body)).hexdigest()
        answer = await client.post(
            "/v1/coupons/batches/import", body, {"Idempotency-Key": f"demo-{digest[:32]}"}
        )
        if answer.status not in {_CREATED, _REPLAYED} or answer.body["refused"]:
            raise ImportStopped(f"codes of {template} were not taken in: {answer.body}")


class Replay:
    """Purchases with coupons. `by_basket`: `external_id` -> the codes it presents."""

    def __init__(self, client: Client, by_basket: Mapping[str, Sequence[str]]) -> None:
        self._client = client
        self._by_basket = by_basket

    def take(self, body: ImportedPurchase) -> Awaitable[Answer[Any]] | None:
        """Record it through the API; None: it has no coupons, the import records it."""
        presented = self._by_basket.get(body.external_id)
        return None if presented is None else self._record(body, presented)

    async def _record(self, body: ImportedPurchase, presented: Sequence[str]) -> Answer[Any]:
        sent = {
            **msgspec.to_builtins(body),
            "mode": Mode.RECORD,  # a file's rows need not say so
            "coupons": presented,
            "charged": {"total": _charged(body)},
        }
        answer = await self._client.post("/v1/purchases", sent)
        if answer.status in _REFUSED:
            raise NotTaken(_problem(answer))
        if answer.status not in {_CREATED, _REPLAYED}:
            raise ImportStopped(f"purchase {body.external_id}: {_problem(answer)}")
        return Answer(answer.body, replayed=answer.status == _REPLAYED)


def _charged(body: ImportedPurchase) -> int:
    """What the retailer received for it, minor units."""
    return sum((line.amount or 0) - line.discount_given for line in body.lines)


def _problem(answer: Answered) -> str:
    return f"{answer.body['code']}: {answer.body.get('detail') or answer.body['title']}"
