"""Small program files for tests: a head, and the sections a test is about below it."""

from service.rules.check import check_text
from service.rules.check.cursor import Cursor
from service.rules.check.problem import Log
from service.rules.document import Document
from service.rules.source import parse

HEAD = """\
program: {id: shop, timezone: Europe/Warsaw, currency: EUR}
channels: [web, app]
identifiers: [card]
"""  # lines 1 to 3

RICH = f"""\
{HEAD}stores: {{waw-01: {{groups: [warsaw]}}, krk-01: {{}}}}
line_fields: {{category: text, attributes: {{roast: [light, dark]}}}}
member_fields: {{city: text, newsletter: bool, cups: number, taste: [sweet, sour]}}
wallets: {{points: {{}}, cash: {{scale: 2}}, status: {{qualifying: true}}}}
ladders: {{main: {{qualify: {{wallet: status, within: lifetime}}, tiers: [{{id: bronze, from: 0}}, \
{{id: silver, from: 500}}, {{id: gold, from: 2000}}]}}}}
campaigns:
- id: base
  rules:
"""  # lines 1 to 11


def document(text: str) -> Document:
    """The document of a file that has to be right."""
    checked = check_text(text)
    assert checked.problems == ()
    assert checked.document is not None
    return checked.document


def problems(text: str) -> list[str]:
    """`line:col path: message` of each problem of a file that has to be wrong."""
    checked = check_text(text)
    assert checked.document is None
    return [f"{p.line}:{p.col} {p.path}: {p.message}" for p in checked.problems]


def rule(when: str = "{}", then: str = "[{points: {fixed: 1}}]", more: str = "") -> str:
    """A whole file with one rule at $.campaigns[0].rules[0], line 12: its `when` starts at 21."""
    condition = "" if when == "{}" else f"when: {when}, "
    return f"{RICH}  - {{id: one, {condition}then: {then}{more}}}\n"


def cursor(text: str) -> tuple[Cursor, Log]:
    """A cursor on the root of the text, and its log."""
    log = Log("f")
    return Cursor(log, node=parse(text).root), log


def messages(log: Log) -> list[str]:
    """What the log holds, without file and place."""
    return [problem.message for problem in log.problems()]
