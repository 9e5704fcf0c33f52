"""Operations as HTML."""

import re

import pytest

from service.api.docs.operations import operation
from tests.api.contract import DOCUMENT


def page(path: str, method: str) -> str:
    """One operation of the real document."""
    return operation(path, method, DOCUMENT["paths"][path][method], DOCUMENT["components"])


def test_an_operation_shows_its_scope_its_body_and_a_request_to_copy() -> None:
    html = page("/v1/purchases", "post")

    assert html.startswith('<article id="record_purchase">')
    assert "<code>purchases:write</code>" in html
    assert '<a href="#shape-RecordPurchase">RecordPurchase</a>' in html
    assert "curl -X POST $REGULARS/v1/purchases" in html
    assert "Idempotency-Key:" not in html


def test_a_request_that_needs_a_key_shows_one() -> None:
    html = page("/v1/members/{member_id}/adjustments", "post")

    assert "-H &#x27;Idempotency-Key: &quot;8e03978e" in html


def test_problems_are_shown_by_status_with_what_they_mean() -> None:
    html = page("/v1/purchases", "post")

    assert (
        '<td>422</td><td><a href="/problems/currency-mismatch">currency-mismatch</a></td>'
        "<td>The program counts in another currency.</td>"
    ) in html


def test_problems_that_any_request_may_get_are_told_elsewhere() -> None:
    path = "/v1/purchases"
    given = DOCUMENT["paths"][path]["post"]
    html = operation(path, "post", given, DOCUMENT["components"], {"key-missing"})

    assert "/problems/key-missing" in page(path, "post")
    assert "/problems/key-missing" not in html
    assert '<p>Besides these: <a href="#problems">any request</a>.</p>' in html


def test_a_public_operation_says_so() -> None:
    assert "Public: needs no key." in page("/health/live", "get")


@pytest.mark.parametrize(
    ("path", "method"),
    [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods],
)
def test_every_operation_is_well_formed(path: str, method: str) -> None:
    html = page(path, method)

    for name in ("article", "table", "details", "p", "td", "code", "pre"):
        opened = len(re.findall(rf"<{name}[ >]", html))
        assert opened == html.count(f"</{name}>"), name
