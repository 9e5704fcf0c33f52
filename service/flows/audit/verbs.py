"""The face of exports; a part of `Verbs`. Whatever else is an act is written by its own verb."""

import uuid

from service.domain.audit.acts import About, Act
from service.flows.audit.note_export import note_export
from service.flows.gated import Gated
from service.kernel.actor import Actor


class VerbsOfTheAudit(Gated):
    """Every method writes down that data is about to leave, or raises an ExpectedError."""

    async def export_member(self, actor: Actor, member_id: uuid.UUID) -> None:
        """All that is held on a person."""
        await note_export(self.ctx, actor, Act.MEMBER_EXPORTED, About.MEMBER, member_id)

    async def export_coupon_batch(self, actor: Actor, batch_id: uuid.UUID) -> None:
        """All codes of a batch."""
        act, about = Act.COUPON_BATCH_EXPORTED, About.COUPON_BATCH
        await note_export(self.ctx, actor, act, about, batch_id)

    async def export_gift_card_batch(self, actor: Actor, batch_id: uuid.UUID) -> None:
        """All codes and PINs of a batch."""
        act, about = Act.GIFT_CARD_BATCH_EXPORTED, About.GIFT_CARD_BATCH
        await note_export(self.ctx, actor, act, about, batch_id)
