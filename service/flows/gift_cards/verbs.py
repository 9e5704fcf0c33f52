"""The face of the verbs about gift cards; a part of `Verbs`."""

from service.domain.gift_cards.types import (
    CheckGiftCard,
    GiftCardBatchView,
    GiftCardReceipt,
    GiftCardStanding,
    GiftCardView,
    IssuedGiftCard,
    IssueGiftCard,
    LoadGiftCard,
    MakeGiftCards,
    NameGiftCard,
)
from service.flows.gated import Gated
from service.flows.gift_cards import (
    block_gift_cards,
    issue_gift_cards,
    load_gift_cards,
)
from service.flows.gift_cards.check_gift_card import check_gift_card
from service.flows.gift_cards.make_gift_card_batch import make_gift_card_batch
from service.flows.steps.context import Context
from service.infra.batch import Gate
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.texts import Languages


class VerbsOfGiftCards(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._issue_gift_cards = self._bound(issue_gift_cards.issue_gift_cards)
        self._load_gift_cards = self._bound(load_gift_cards.load_gift_cards)
        self._block_gift_cards = self._bound(block_gift_cards.block_gift_cards)

    async def issue_gift_card(
        self, actor: Actor, body: IssueGiftCard, key: str
    ) -> Answer[IssuedGiftCard]:
        """A gift card by itself."""
        await self._decides()
        command = issue_gift_cards.Command(actor, body, key)
        gate_key = issue_gift_cards.gate_key(actor, key)
        answer: Answer[IssuedGiftCard] = await self._submit(
            self._issue_gift_cards, gate_key, command
        )
        return answer

    async def activate_gift_card(
        self, actor: Actor, body: LoadGiftCard, key: str
    ) -> Answer[GiftCardReceipt]:
        """A gift card is sold."""
        return await self._load(load_gift_cards.Command(actor, body, key, sells=True))

    async def top_up_gift_card(
        self, actor: Actor, body: LoadGiftCard, key: str
    ) -> Answer[GiftCardReceipt]:
        """More money onto a gift card."""
        return await self._load(load_gift_cards.Command(actor, body, key, sells=False))

    async def _load(self, command: load_gift_cards.Command) -> Answer[GiftCardReceipt]:
        await self._decides()
        key = load_gift_cards.gate_key(command.body.code)
        answer: Answer[GiftCardReceipt] = await self._submit(self._load_gift_cards, key, command)
        return answer

    async def block_gift_card(self, actor: Actor, body: NameGiftCard) -> Answer[GiftCardStanding]:
        """A gift card pays no more."""
        return await self._set_blocked(block_gift_cards.Command(actor, body, block=True))

    async def unblock_gift_card(self, actor: Actor, body: NameGiftCard) -> Answer[GiftCardStanding]:
        """A blocked gift card is what it was."""
        return await self._set_blocked(block_gift_cards.Command(actor, body, block=False))

    async def _set_blocked(self, command: block_gift_cards.Command) -> Answer[GiftCardStanding]:
        await self._decides()
        key = block_gift_cards.gate_key(command.body)
        answer: Answer[GiftCardStanding] = await self._submit(self._block_gift_cards, key, command)
        return answer

    async def check_gift_card(
        self, actor: Actor, body: CheckGiftCard, languages: Languages
    ) -> GiftCardView:
        """What a gift card pays; wrong codes and PINs are counted, so it is no mere read."""
        await self._decides()
        return await check_gift_card(self.ctx, actor, body, languages)

    async def make_gift_card_batch(
        self, actor: Actor, body: MakeGiftCards, key: str
    ) -> Answer[GiftCardBatchView]:
        """Make gift cards in bulk; too long for the gate, and it locks no holder."""
        await self._decides()
        return await make_gift_card_batch(self.ctx, actor, body, key)
