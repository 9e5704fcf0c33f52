"""The template a request names."""

import pytest

from service.domain.coupons.errors import (
    TemplateNotForBatches,
    TemplateNotPersonal,
    UnknownTemplate,
)
from service.flows.steps import templates
from tests.flows.coupon_shop import with_coupons
from tests.flows.shop import Shop, day


async def test_a_template_is_of_one_kind(shop: Shop) -> None:
    program = (await with_coupons(shop)).built.programs.at(day(0))

    assert templates.for_batches(program, "FLYER").id == "FLYER"
    assert templates.personal(program, "GIFT").id == "GIFT"
    for name in ("GIFT", "OPENING"):
        with pytest.raises(TemplateNotForBatches):
            templates.for_batches(program, name)
    for name in ("FLYER", "OPENING"):
        with pytest.raises(TemplateNotPersonal):
            templates.personal(program, name)


async def test_a_template_the_program_has_not_is_unknown(shop: Shop) -> None:
    program = (await with_coupons(shop)).built.programs.at(day(0))

    for named in (templates.for_batches, templates.personal):
        with pytest.raises(UnknownTemplate) as refused:
            named(program, "gift")
        assert refused.value.detail() == "there is no coupon template 'gift'"
