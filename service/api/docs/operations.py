"""One operation of the OpenAPI document as HTML."""

import shlex
from collections.abc import Collection
from typing import Any, Final

import msgspec

from service.api.docs.markup import code_block, details, element, escaped, inline, prose, table
from service.api.docs.shapes import shape_link

Schema = dict[str, Any]

ANYWHERE: Final = "any request"
_PROBLEM: Final = "application/problem+json"


def operation(
    path: str, method: str, given: Schema, components: Schema, anywhere: Collection[str] = ()
) -> str:
    """A section: what it does, what it takes, what it answers.

    `anywhere`: codes of problems that any request may get; one place tells of them for all.
    """
    parts = [
        _heading(path, method, given),
        "" if given["description"].startswith(given["summary"]) else prose(given["description"]),
        _scope(given),
        _parameters(given, components),
        _body(path, method, given),
        _answers(given),
        _problems(given, anywhere),
    ]
    return element("article", "".join(parts), id=given["operationId"])


def method_badge(method: str) -> str:
    """GET, POST, … in its colour."""
    return element("span", escaped(method.upper()), class_=f"method {method}")


def _heading(path: str, method: str, given: Schema) -> str:
    link = element("a", escaped(given["summary"]), href=f"#{given['operationId']}")
    address = element("p", method_badge(method) + element("code", escaped(path)), class_="address")
    return element("h3", link) + address


def _scope(given: Schema) -> str:
    if not given["security"]:
        return element("p", "Public: needs no key.", class_="scope")
    scope = given["security"][0]["key"][0]
    return element("p", f"Needs the scope {element('code', escaped(scope))}.", class_="scope")


def _parameters(given: Schema, components: Schema) -> str:
    rows = []
    for one in given["parameters"]:
        found = one
        if "$ref" in one:
            found = components["parameters"][one["$ref"].rsplit("/", 1)[-1]]
        if found["name"] == "X-Request-Id":
            continue
        needed = "" if found.get("required") else element("small", "optional")
        name = element("code", escaped(found["name"])) + needed
        about = inline(found.get("description", ""))
        rows.append((name, escaped(found["in"]), shape_link(found["schema"]), about))
    return table(("Parameter", "In", "Type", ""), rows)


def _body(path: str, method: str, given: Schema) -> str:
    body = given.get("requestBody")
    if body is None:
        return ""
    content = body["content"]["application/json"]
    shown = [
        details(
            f"Example: {escaped(example['summary'])}",
            code_block(_curl(path, method, given, example["value"]), "Example request"),
        )
        for example in content["examples"].values()
    ]
    link = shape_link(content["schema"])
    return element("p", f"Body: {link}. {escaped(body['description'])}") + "".join(shown)


def _curl(path: str, method: str, given: Schema, value: Any) -> str:
    lines = [f"curl -X {method.upper()} $REGULARS{path}", '-H "Authorization: Bearer $KEY"']
    if any(one.get("name") == "Idempotency-Key" for one in given["parameters"]):
        lines.append("-H 'Idempotency-Key: \"8e03978e-40d5-43e8-bc93-6894a57f9324\"'")
    lines.append("-H 'Content-Type: application/json'")
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    lines.append(f"-d {shlex.quote(text)}")
    return " \\\n  ".join(lines)


def _answers(given: Schema) -> str:
    rows, examples = [], []
    for status, response in given["responses"].items():
        contents: Schema = response.get("content", {})
        media = next(iter(contents), "")
        content: Schema = contents.get(media, {})
        if media == _PROBLEM:
            continue
        link = shape_link(content["schema"]) if content else "nothing"
        headers = [name for name in response["headers"] if name != "X-Request-Id"]
        named = ", ".join(element("code", escaped(name)) for name in headers)
        rows.append((status, link, inline(response["description"]), named))
        if "example" in content:
            text = msgspec.json.format(msgspec.json.encode(content["example"]), indent=2).decode()
            examples.append(details(f"Example: {status}", code_block(text, "Example answer")))
    return table(("Status", "Answer", "", "Headers"), rows) + "".join(examples)


def _problems(given: Schema, anywhere: Collection[str]) -> str:
    rows = []
    for status, response in given["responses"].items():
        content = response.get("content", {}).get(_PROBLEM)
        if content is None:
            continue
        codes = content["schema"]["allOf"][1]["properties"]["code"]["enum"]
        titles = [line.partition(": ")[2] for line in response["description"].splitlines()]
        for code, title in zip(codes, titles, strict=True):
            if code not in anywhere:
                link = element("a", escaped(code), href=f"/problems/{code}")
                rows.append((status, link, inline(title)))
    besides = element("p", "Besides these: " + element("a", ANYWHERE, href="#problems") + ".")
    shown = table(("Status", "Code", "What it means"), rows)
    return details(f"Problems ({len(rows)})", shown + (besides if anywhere else ""))
