import html.parser
import re

from service.demo.report import page
from tests.demo.shown import shown

VOID = {"meta"}


class Balance(html.parser.HTMLParser):
    """Every element that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_is_well_formed_and_tells_the_figures() -> None:
    parser = Balance()
    parser.feed(page(shown()))
    assert parser.open == []
    text = "".join(parser.texts)
    for figure in ("4,596,039.05", "USD spent", "1,234", "1,500", "1,300", "5,678", "463 whole"):
        assert figure in text, figure
    assert "1,500 points were issued, 200 have lapsed; 1,300 are outstanding" in text
    assert "Bronze & co 18" in re.sub(r"\s+", " ", text)
    assert "More <than> that: 300 of 400 taken" in text
    assert (
        "Of 13 coupons that households really used, 8 were redeemed through the API, on 2 baskets;"
        " 2 are beyond the 10 that a purchase takes; 3 refused: expired." in text
    )


def test_the_page_loads_nothing_from_elsewhere() -> None:
    text = page(shown())
    assert "$" not in text
    assert re.findall(r"(?:src|href|url)\s*[=(]", text) == []
    assert "http" not in text
