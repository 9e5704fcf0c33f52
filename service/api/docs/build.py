"""All pages, made once when a process starts."""

import base64
import hashlib
import importlib.resources
import inspect
from collections.abc import Collection, Sequence
from typing import Any, Final

from service.api.docs.markup import code_block, element, escaped, inline, prose, table
from service.api.docs.operations import ANYWHERE, method_badge, operation
from service.api.docs.shapes import shape
from service.api.openapi.document import document, encoded
from service.api.openapi.refusals import ELSEWHERE, refusals
from service.api.pages import Pages, ProblemPage
from service.api.problems import status_of, type_of
from service.api.route import Route
from service.domain.access.roles import ROLES, SCOPES
from service.kernel.errors import ExpectedError

Schema = dict[str, Any]

_STYLE: Final = (importlib.resources.files("service.api.docs") / "style.css").read_text("utf-8")
_START: Final = """\
curl -X POST $REGULARS/v1/purchases \\
  -H "Authorization: Bearer $KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"channel": "web", "external_id": "order-1", "currency": "EUR",
       "member": [{"kind": "card", "value": "4012001"}],
       "lines": [{"sku": "ESP-250", "amount": 1299, "category": "coffee"}]}'"""


def build_pages(routes: Sequence[Route], *, docs: bool) -> Pages:
    """The pages of these routes; without `docs` only what problems mean."""
    made = document(routes)
    problems = catalog(routes)
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return Pages(
        openapi=encoded(made) if docs else None,
        docs=_docs(made, problems).encode() if docs else None,
        problems=problems,
        problems_html={code: _problem(page).encode() for code, page in problems.items()},
        csp=policy.encode(),
    )


def catalog(routes: Sequence[Route]) -> dict[str, ProblemPage]:
    """code -> what it means, of all problems any request can be answered with."""
    operations: dict[type[ExpectedError], list[str]] = {kind: [] for kind in ELSEWHERE}
    for one in routes:
        for kind in refusals(one):
            operations.setdefault(kind, []).append(one.operation_id)
    pages = [_page(kind, used) for kind, used in operations.items()]
    return {page.code: page for page in sorted(pages, key=lambda page: (page.status, page.code))}


def _page(kind: type[ExpectedError], operations: list[str]) -> ProblemPage:
    members = getattr(kind, "__dataclass_fields__", {})
    text = inspect.cleandoc(kind.__doc__ or "")
    return ProblemPage(
        type=type_of(kind),
        code=kind.slug(),
        title=kind.title(),
        status=status_of(kind),
        retryable=kind.retryable,
        description=text,
        members=tuple(name for name in members if name not in {"errors", "pointer"}),
        operations=tuple(operations),
    )


def _whole(title: str, content: str) -> str:
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escaped(title)}</title><style>{_STYLE}</style>"
    )
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{content}</body></html>'


def _docs(made: Schema, problems: dict[str, ProblemPage]) -> str:
    groups: dict[str, list[tuple[str, str, Schema]]] = {tag["name"]: [] for tag in made["tags"]}
    for path, methods in made["paths"].items():
        for method, given in methods.items():
            groups[given["tags"][0]].append((path, method, given))
    anywhere = _anywhere(problems, made)
    main = [_intro(made), _access()]
    for tag in made["tags"]:
        found = groups[tag["name"]]
        inner = "".join(operation(*one, made["components"], anywhere) for one in found)
        heading = element("h2", escaped(tag["name"])) + prose(tag["description"])
        main.append(element("section", heading + inner, id=_group(tag["name"])))
    main.append(_problem_table(problems, anywhere))
    shapes = "".join(shape(*item) for item in made["components"]["schemas"].items())
    main.append(element("section", element("h2", "Shapes") + shapes, id="shapes"))
    return _whole("Regulars API", _navigation(groups) + element("main", "".join(main)))


def _anywhere(problems: dict[str, ProblemPage], made: Schema) -> frozenset[str]:
    """The codes that every operation which needs a key may answer with.

    To list them 150 times helps nobody to find those that are an operation's own.
    """
    every = [given for methods in made["paths"].values() for given in methods.values()]
    keyed = {given["operationId"] for given in every if given["security"]}
    return frozenset(code for code, page in problems.items() if keyed <= {*page.operations})


def _group(tag: str) -> str:
    return f"group-{tag.lower()}"


def _navigation(groups: dict[str, list[tuple[str, str, Schema]]]) -> str:
    parts = [element("a", "Regulars API", href="#top", class_="brand")]
    parts.append(element("a", "Keys, roles, scopes", href="#access"))
    for tag, found in groups.items():
        links = [
            element(
                "li",
                element(
                    "a",
                    method_badge(method) + escaped(given["operationId"]),
                    href=f"#{given['operationId']}",
                ),
            )
            for _, method, given in found
        ]
        heading = element("a", escaped(tag), href=f"#{_group(tag)}", class_="group")
        parts.append(heading + element("ul", "".join(links)))
    parts.append(element("a", "Problems", href="#problems", class_="group"))
    parts.append(element("a", "Shapes", href="#shapes", class_="group"))
    return element("nav", "".join(parts), aria_label="Operations")


def _intro(made: Schema) -> str:
    title = element("h1", "Regulars API", id="top")
    file = element("a", "openapi.json", href="/openapi.json")
    first = element("h2", "A first purchase") + code_block(_START, "A first purchase")
    about = prose(made["info"]["description"])
    return element("section", title + about + element("p", f"As a file: {file}.") + first)


def _access() -> str:
    rows = [
        (
            element("code", escaped(scope)),
            inline(text),
            ", ".join(role for role, given in ROLES.items() if {scope, "admin:*"} & {*given}),
        )
        for scope, text in SCOPES.items()
    ]
    text = prose(
        "A key is made with `regulars keys create --role …` and shown once; what it may do is "
        "written into it. A missing key is answered 401, a missing scope 403."
    )
    inner = element("h2", "Keys, roles, scopes") + text + table(("Scope", "May", "Roles"), rows)
    return element("section", inner, id="access")


def _problem_table(problems: dict[str, ProblemPage], anywhere: Collection[str]) -> str:
    rows = [
        (
            str(page.status),
            element("a", escaped(page.code), href=f"/problems/{page.code}"),
            inline(page.title) + _marks(page, anywhere),
        )
        for page in problems.values()
    ]
    inner = element("h2", "Problems") + table(("Status", "Code", "What it means"), rows)
    return element("section", inner, id="problems")


def _marks(page: ProblemPage, anywhere: Collection[str]) -> str:
    words = ["retryable"] * page.retryable + [ANYWHERE] * (page.code in anywhere)
    return "".join(" " + element("small", word) for word in words)


def _problem(page: ProblemPage) -> str:
    again = "The same request may succeed later." if page.retryable else ""
    members = ", ".join(element("code", escaped(name)) for name in page.members)
    used = [element("li", element("a", name, href=f"/docs#{name}")) for name in page.operations]
    parts = [
        element("p", element("a", "Regulars API", href="/docs")),
        element("h1", escaped(page.code)),
        element("p", f"Status {page.status}. {again}"),
        prose(page.description),
        element("p", f"Further members: {members}.") if members else "",
        element("h2", "Operations") + element("ul", "".join(used)) if used else "",
    ]
    return _whole(page.code, element("main", "".join(parts), class_="single"))
