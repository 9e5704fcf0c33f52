"""The face of the verbs about members; a part of `Verbs`."""

import uuid

from service.domain.consents.types import Consents, RecordConsents
from service.domain.erasures.types import EraseMember, Erasure
from service.domain.members.merges import (
    MergeMember,
    MergeReceipt,
    UnmergeMember,
    UnmergeReceipt,
)
from service.domain.members.types import Enrol, MemberView, PatchMember
from service.flows.gated import Gated
from service.flows.members import (
    change_member,
    enrol_member,
    erase_member,
    merge_members,
    record_consents,
    unmerge_members,
)
from service.flows.steps.context import Context, member_key
from service.infra.batch import Gate
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class VerbsOfMembers(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._enrol_members = self._bound(enrol_member.enrol_members)
        self._change_members = self._bound(change_member.change_members)
        self._merge_members = self._bound(merge_members.merge_members)
        self._unmerge_members = self._bound(unmerge_members.unmerge_members)
        self._record_consents = self._bound(record_consents.record_consents)
        self._erase_members = self._bound(erase_member.erase_members)

    async def enrol_member(self, actor: Actor, body: Enrol, key: str | None) -> Answer[MemberView]:
        """Enrol a member."""
        await self._decides()
        command = enrol_member.Command(actor, body, key)
        answer: Answer[MemberView] = await self._submit(
            self._enrol_members, enrol_member.gate_key(body), command
        )
        return answer

    async def change_member(
        self, actor: Actor, member_id: uuid.UUID, body: PatchMember
    ) -> Answer[MemberView]:
        """Change a member."""
        await self._decides()
        command = change_member.Command(actor, member_id, body)
        answer: Answer[MemberView] = await self._submit(
            self._change_members, member_key(member_id), command
        )
        return answer

    async def record_consents(
        self, actor: Actor, member_id: uuid.UUID, body: RecordConsents
    ) -> Answer[Consents]:
        """What a member said to being written to."""
        command = record_consents.Command(actor, member_id, body)
        answer: Answer[Consents] = await self._submit(
            self._record_consents, member_key(member_id), command
        )
        return answer

    async def erase_member(
        self, actor: Actor, member_id: uuid.UUID, body: EraseMember, key: str
    ) -> Answer[Erasure]:
        """Forget a person."""
        await self._decides()
        command = erase_member.Command(actor, member_id, body, key)
        answer: Answer[Erasure] = await self._submit(
            self._erase_members, member_key(member_id), command
        )
        return answer

    async def merge_member(
        self, actor: Actor, member_id: uuid.UUID, body: MergeMember, key: str
    ) -> Answer[MergeReceipt]:
        """Another member is this one."""
        await self._decides()
        command = merge_members.Command(actor, member_id, body, key)
        answer: Answer[MergeReceipt] = await self._submit(
            self._merge_members, member_key(member_id), command
        )
        return answer

    async def unmerge_member(
        self, actor: Actor, member_id: uuid.UUID, body: UnmergeMember, key: str
    ) -> Answer[UnmergeReceipt]:
        """A member who was merged is itself again."""
        await self._decides()
        command = unmerge_members.Command(actor, member_id, body, key)
        answer: Answer[UnmergeReceipt] = await self._submit(
            self._unmerge_members, member_key(member_id), command
        )
        return answer
