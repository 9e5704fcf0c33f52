"""Transfers and households with few words, in a shop with a program of their own.

All verbs of service/flows/sharing/verbs.py.
"""

import pathlib
import uuid
from typing import Any, Final

from service.domain.households.types import (
    ByHead,
    ChangePerson,
    FormHousehold,
    HouseholdStanding,
    InvitePerson,
    MovePooled,
    Person,
    PoolReceipt,
    RemovePerson,
)
from service.domain.transfers.types import TransferReceipt, TransferUnits
from service.kernel.values import Identifier, OtherMember
from tests.flows.shop import TILL, Shop

SHARING: Final = (pathlib.Path(__file__).parent / "sharing.yaml").read_text()


class Sharing:
    """What members share, through the verbs of a shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.verbs = shop.verbs

    async def member(self, number: str, **units: int) -> uuid.UUID:
        """A new member with the number of a card, and units of wallets given by hand."""
        member = (await self.shop.enrol(number)).id
        for wallet, amount in units.items():
            await self.shop.adjust(member, amount, wallet)
        return member

    async def give(
        self,
        giver: uuid.UUID,
        to: uuid.UUID | tuple[Identifier, ...],
        amount: int,
        wallet: str = "stars",
        key: str | None = None,
    ) -> TransferReceipt:
        """A transfer; without a key each call is another."""
        named = OtherMember(id=to) if isinstance(to, uuid.UUID) else to
        body = TransferUnits(to=named, wallet=wallet, amount=amount, reason="a present")
        key = key or uuid.uuid1().hex
        return (await self.verbs.transfer_units(TILL, giver, body, key)).body

    # ------------------------------------------------------------ households

    async def form(self, head: uuid.UUID) -> uuid.UUID:
        """A new household."""
        return (await self.verbs.form_household(TILL, FormHousehold(head=head))).body.id

    async def invite(
        self, home: uuid.UUID, by: uuid.UUID, member: uuid.UUID | tuple[Identifier, ...]
    ) -> HouseholdStanding:
        """An invitation."""
        named = OtherMember(id=member) if isinstance(member, uuid.UUID) else member
        body = InvitePerson(by=by, member=named)
        return (await self.verbs.invite_to_household(TILL, home, body)).body

    async def join(self, home: uuid.UUID, member: uuid.UUID) -> HouseholdStanding:
        """The invitation is taken."""
        return (await self.verbs.join_household(TILL, home, Person(member=member))).body

    async def household(self, head: uuid.UUID, *others: uuid.UUID) -> uuid.UUID:
        """A household of all of them."""
        home = await self.form(head)
        for member in others:
            await self.invite(home, head, member)
            await self.join(home, member)
        return home

    async def leave(self, home: uuid.UUID, member: uuid.UUID) -> HouseholdStanding:
        """A member leaves."""
        return (await self.verbs.leave_household(TILL, home, Person(member=member))).body

    async def remove(self, home: uuid.UUID, by: uuid.UUID, member: uuid.UUID) -> HouseholdStanding:
        """A member is removed."""
        body = RemovePerson(by=by, member=member)
        return (await self.verbs.remove_from_household(TILL, home, body)).body

    async def change(
        self, home: uuid.UUID, by: uuid.UUID, member: uuid.UUID, **what: Any
    ) -> HouseholdStanding:
        """The head changes a person."""
        body = ChangePerson(by=by, **what)
        return (await self.verbs.change_household_person(TILL, home, member, body)).body

    async def dissolve(self, home: uuid.UUID, by: uuid.UUID) -> HouseholdStanding:
        """The household is no more."""
        return (await self.verbs.dissolve_household(TILL, home, ByHead(by=by))).body

    async def pool(
        self,
        home: uuid.UUID,
        member: uuid.UUID,
        amount: int,
        wallet: str = "stars",
        key: str | None = None,
    ) -> PoolReceipt:
        """Units for the pool."""
        body = MovePooled(member=member, wallet=wallet, amount=amount)
        key = key or uuid.uuid1().hex
        return (await self.verbs.give_to_household(TILL, home, body, key)).body

    async def draw(
        self,
        home: uuid.UUID,
        member: uuid.UUID,
        amount: int,
        wallet: str = "stars",
        key: str | None = None,
    ) -> PoolReceipt:
        """Units out of it."""
        body = MovePooled(member=member, wallet=wallet, amount=amount)
        key = key or uuid.uuid1().hex
        return (await self.verbs.draw_from_household(TILL, home, body, key)).body
