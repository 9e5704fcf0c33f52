"""The pages about the service itself: service/api/documents.py and service/api/pages.py."""

import base64
import hashlib
import re
from typing import Final

import pytest

from service.api.docs.build import catalog
from service.api.table import ROUTES
from tests.api.client import checked_client
from tests.api.contract import DOCUMENT
from tests.api.recorder import alone

# Types that the RateLimit draft has IANA register: https://iana.org/assignments/http-problem-types
_IANA: Final = "https://iana.org/assignments/http-problem-types#"
REGISTERED: Final = {
    "quota-exceeded": f"{_IANA}quota-exceeded",
    "too-many-at-once": f"{_IANA}quota-exceeded",
    "reduced-capacity": f"{_IANA}temporary-reduced-capacity",
}


async def test_the_document_served_is_the_committed_one() -> None:
    async with alone() as one, checked_client(one.application) as http:
        answer = await http.get("/openapi.json")

    assert answer.json() == DOCUMENT
    assert answer.headers["cache-control"] == "public, max-age=300"


async def test_the_docs_page_needs_no_script_and_no_other_server() -> None:
    async with alone() as one, checked_client(one.application) as http:
        page = await http.get("/docs")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    assert not re.findall(r' (?:style|on[a-z]+)="', page.text)


async def test_the_policy_of_a_page_allows_its_own_style_only() -> None:
    async with alone() as one, checked_client(one.application) as http:
        page = await http.get("/docs")

    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


@pytest.mark.parametrize("code", catalog(ROUTES))
async def test_every_problem_explains_itself(code: str) -> None:
    async with alone() as one, checked_client(one.application) as http:
        as_json = await http.get(f"/problems/{code}")
        as_page = await http.get(f"/problems/{code}", headers={"Accept": "text/html,*/*;q=0.8"})

    assert as_json.json()["code"] == code
    assert as_json.json()["type"] == REGISTERED.get(code, f"/problems/{code}")
    assert as_json.headers["vary"] == as_page.headers["vary"] == "Accept"
    assert f"<h1>{code}</h1>" in as_page.text


@pytest.mark.parametrize("code", ["nothing", "Key-Missing", "..", "%3Cscript%3E"])
async def test_a_problem_nobody_has_is_404(code: str) -> None:
    async with alone() as one, checked_client(one.application) as http:
        answer = await http.get(f"/problems/{code}", headers={"Accept": "text/html"})

    assert answer.status_code == 404
    assert "script" not in answer.text


async def test_without_documentation_problems_are_still_explained() -> None:
    async with alone(docs=False) as one, checked_client(one.application) as http:
        found = [await http.get(path) for path in ("/docs", "/openapi.json")]
        problem = await http.get("/problems/key-missing")

    assert [answer.status_code for answer in found] == [404, 404]
    assert problem.status_code == 200
