"""Parts of a path."""

import uuid

import pytest

from service.api.parameters import (
    gift_card_batch_id,
    member_id,
    purchase_id,
    version_number,
)
from service.domain.gift_cards.errors import GiftCardBatchNotFound
from service.domain.members.errors import MemberNotFound
from service.domain.programs.errors import VersionNotFound
from service.domain.purchases.errors import PurchaseNotFound
from tests.api.calls import call_with

ID = "0192f0c0-7a10-7c3e-9a51-4d2f5b1c0a01"


@pytest.mark.parametrize("text", [ID, ID.upper()])
def test_an_id_is_a_uuid_in_its_usual_form(text: str) -> None:
    assert member_id(call_with({}, path_params={"member_id": text})) == uuid.UUID(ID)


@pytest.mark.parametrize(
    "text",
    ["", "1", ID[:-1], ID + "0", "{" + ID + "}", "urn:uuid:" + ID, ID.replace("-", ""), ID + "\n"],
)
def test_what_is_no_id_is_answered_like_an_id_that_is_not_there(text: str) -> None:
    with pytest.raises(MemberNotFound):
        member_id(call_with({}, path_params={"member_id": text}))
    with pytest.raises(PurchaseNotFound):
        purchase_id(call_with({}, path_params={"purchase_id": text}))
    with pytest.raises(GiftCardBatchNotFound):
        gift_card_batch_id(call_with({}, path_params={"batch_id": text}))


def test_a_version_is_a_number_from_one() -> None:
    assert version_number(call_with({}, path_params={"number": "12"})) == 12


@pytest.mark.parametrize("text", ["0", "-1", "01", "1.0", "1" * 30, "x", "٣", ""])
def test_another_version_is_not_found(text: str) -> None:
    with pytest.raises(VersionNotFound):
        version_number(call_with({}, path_params={"number": text}))
