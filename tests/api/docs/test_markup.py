"""Small pieces of HTML."""

import pytest

from service.api.docs.markup import code_block, details, element, inline, prose, table


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a `b` c", "a <code>b</code> c"),
        ("*now* and 2*3*4", "<em>now</em> and 2*3*4"),
        ("`a*b*` <b>", "<code>a*b*</code> &lt;b&gt;"),
        ("`<script>`", "<code>&lt;script&gt;</code>"),
        ("a & 'b' \"c\"", "a &amp; &#x27;b&#x27; &quot;c&quot;"),
    ],
)
def test_code_and_emphasis_are_marked_and_all_else_is_escaped(text: str, html: str) -> None:
    assert inline(text) == html


def test_paragraphs_and_lists() -> None:
    text = "One\nline.\n\n- first\n  goes on\n- second\n\nLast."

    assert prose(text) == (
        "<p>One line.</p><ul><li>first goes on</li><li>second</li></ul><p>Last.</p>"
    )
    assert prose("") == ""


def test_attributes_are_escaped_and_empty_ones_left_out() -> None:
    assert element("a", "x", href='"&', class_="", aria_label="y") == (
        '<a href="&quot;&amp;" aria-label="y">x</a>'
    )


def test_a_table_without_rows_is_nothing() -> None:
    assert table(("A",), []) == ""
    assert table(("A",), [["1"]]).count("<tr>") == 2


def test_code_keeps_its_lines() -> None:
    assert "a &lt; b\n  c" in code_block("a < b\n  c", "Example")


def test_details_open_on_a_click() -> None:
    assert details("More", "<p>x</p>") == "<details><summary>More</summary><p>x</p></details>"
