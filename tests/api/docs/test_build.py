"""The pages of the service."""

import re

from service.api.docs.build import build_pages, catalog
from service.api.errors import RouteNotFound
from service.api.table import ROUTES
from service.domain.access.roles import SCOPES

PAGES = build_pages(ROUTES, docs=True)
HTML = (PAGES.docs or b"").decode()


def test_the_page_shows_every_operation_every_scope_and_every_problem() -> None:
    for one in ROUTES:
        assert f'<article id="{one.operation_id}">' in HTML
        assert f'href="#{one.operation_id}"' in HTML
    for scope in SCOPES:
        assert f"<td><code>{scope}</code></td>" in HTML
    for code in PAGES.problems:
        assert f'href="/problems/{code}"' in HTML


def test_every_link_within_the_page_leads_somewhere() -> None:
    targets = set(re.findall(r' id="([^"]+)"', HTML))
    links = set(re.findall(r'href="#([^"]+)"', HTML))

    assert links - targets == set()
    assert len(re.findall(r' id="', HTML)) == len(targets)


def test_the_catalog_names_the_operations_that_answer_a_problem() -> None:
    found = catalog(ROUTES)

    assert found["decision-differs"].operations == ("record_purchase", "exchange_items")
    assert found["decision-differs"].members == ("charged", "decided")
    assert "pointer" not in found["currency-mismatch"].members
    assert found[RouteNotFound.slug()].status == 404


def test_without_docs_only_problems_are_explained() -> None:
    pages = build_pages(ROUTES, docs=False)

    assert (pages.docs, pages.openapi) == (None, None)
    assert pages.problems.keys() == pages.problems_html.keys() == catalog(ROUTES).keys()


def test_what_any_request_may_get_is_told_once() -> None:
    (everywhere,) = re.findall(r'<section id="problems">.*?</section>', HTML)
    marked = re.findall(r'">([a-z-]+)</a></td><td>(?:(?!</td>).)*any request</small>', everywhere)

    assert {"key-missing", "scope-missing", "quota-exceeded"} <= {*marked}
    assert "coupons-refused" not in marked
    for code in marked:
        assert HTML.count(f'href="/problems/{code}"') == 1


def test_the_page_is_not_huge() -> None:
    assert len(HTML) < 1_100_000  # some 150 operations
