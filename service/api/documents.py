"""What is served about the service itself: OpenAPI document, docs page, what each problem means."""

from typing import Final

from service.api.call import Call
from service.api.errors import RouteNotFound
from service.api.pages import ProblemPage
from service.api.reply import HTML, JSON, Header, Reply, encode
from service.api.route import PUBLIC, Answer, route

TAG: Final = "Documents"
CACHE: Final = b"public, max-age=300"


@route(
    "GET",
    "/openapi.json",
    scope=PUBLIC,
    tag=TAG,
    answers={200: Answer(what="OpenAPI 3.1.", schema={"type": "object"})},
    refuses=(RouteNotFound,),
)
async def read_openapi(call: Call, _: None) -> Reply:
    """Read this document. Where the documentation is switched off there is none."""
    return _page(call.services.pages.openapi, JSON)


@route(
    "GET",
    "/docs",
    scope=PUBLIC,
    tag=TAG,
    answers={200: Answer(what="A page.", schema={"type": "string"}, media="text/html")},
    refuses=(RouteNotFound,),
)
async def read_docs(call: Call, _: None) -> Reply:
    """Read the documentation as one page, without scripts and without other servers."""
    pages = call.services.pages
    return _page(pages.docs, HTML, pages.html_headers())


@route(
    "GET",
    "/problems/{code}",
    scope=PUBLIC,
    tag=TAG,
    answers={200: Answer(what="What it means.", body=ProblemPage, page=True)},
    refuses=(RouteNotFound,),
)
async def read_problem(call: Call, _: None) -> Reply:
    """Read what a problem means, as JSON or, for those who ask for text/html, as a page."""
    pages = call.services.pages
    code = call.path_text("code")
    page = pages.problems.get(code)
    if page is None:
        raise RouteNotFound
    vary = ((b"vary", b"Accept"),)
    if b"text/html" in call.headers.get(b"accept", b""):
        headers = (*vary, *pages.html_headers())
        return Reply(200, pages.problems_html[code], media=HTML, cache=CACHE, headers=headers)
    return Reply(200, encode(page), cache=CACHE, headers=vary)


def _page(body: bytes | None, media: bytes, headers: tuple[Header, ...] = ()) -> Reply:
    if body is None:
        raise RouteNotFound
    return Reply(200, body, media=media, cache=CACHE, headers=headers)
