"""The coupon template that a request names, of the kind it needs."""

from service.domain.coupons.errors import (
    TemplateNotForBatches,
    TemplateNotPersonal,
    UnknownTemplate,
)
from service.rules.compile import Program
from service.rules.document import CouponTemplate


def for_batches(program: Program, name: str) -> CouponTemplate:
    """A template of unique codes; UnknownTemplate, TemplateNotForBatches."""
    template = _named(program, name)
    if template.personal or template.code is not None:
        raise TemplateNotForBatches(template=name)
    return template


def personal(program: Program, name: str) -> CouponTemplate:
    """A template of coupons in members' lists; UnknownTemplate, TemplateNotPersonal."""
    template = _named(program, name)
    if not template.personal:
        raise TemplateNotPersonal(template=name)
    return template


def _named(program: Program, name: str) -> CouponTemplate:
    compiled = program.coupons.get(name)
    if compiled is None:
        raise UnknownTemplate(template=name)
    return compiled.template
