"""Create an API key for a client; the answer is the only time it is shown."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from typing import Final

from service.domain.access import codes
from service.domain.access import store as access
from service.domain.access.errors import ClientNameInvalid, NetworkInvalid, TooManyKeys
from service.domain.access.roles import scopes_of
from service.domain.access.types import NewKey
from service.domain.audit.acts import About, Act
from service.flows.steps.auditing import AT_COMMAND, Done, note
from service.infra.db import Database
from service.kernel.actor import Actor
from service.kernel.ids import derived_id

LIVE_KEYS_MAX: Final = 2
LIFETIME: Final = dt.timedelta(days=365)
NAME_LENGTH_MAX: Final = 64


async def create_key(
    db: Database,
    role: str,
    name: str,
    *,
    store: str | None = None,
    mode: codes.Mode = codes.Mode.LIVE,
    rate_per_minute: int | None = None,
    networks: Sequence[str] = (),
    actor: Actor = AT_COMMAND,
) -> str:
    """A new key of the client (role, name), which is made when it is not there; valid for a year.

    `store`: the key may write for this store only. `rate_per_minute`: so many requests it may make,
    from 1 on; without it those of its role. `networks`: as CIDR, from where alone it is good.
    Raises UnknownRole, ClientNameInvalid, NetworkInvalid, and TooManyKeys when two keys of the
    client are live.
    """
    scopes = scopes_of(role)
    if not 1 <= len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise ClientNameInvalid
    only_from = tuple(_network(one) for one in networks)
    key, code = codes.issue(mode)
    client_id = derived_id("client", role, name)
    async with db.transaction() as tx:
        now = await access.clock(tx)
        await access.insert_client(tx, client_id, name, role, now)
        if await access.live_keys(tx, client_id, now) >= LIVE_KEYS_MAX:
            raise TooManyKeys
        await access.insert_key(
            tx,
            NewKey(
                kid=code.kid,
                client_id=client_id,
                secret_sha256=code.secret_sha256,
                scopes=scopes,
                store=store,
                created_at=now,
                expires_at=now + LIFETIME,
                rate_per_minute=rate_per_minute,
                networks=only_from,
            ),
        )
        tx.now = now + db.clock_offset
        content = {"role": role, "store": store, "rate": rate_per_minute, "networks": only_from}
        done = Done(act=Act.KEY_CREATED, about=About.KEY, id=code.kid, content=content)
        await note(tx, actor, done)
    return key


def _network(text: str) -> str:
    """In the form in which it is kept; NetworkInvalid."""
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError:
        raise NetworkInvalid(network=text) from None
