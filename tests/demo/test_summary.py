import io

from rich.console import Console

from service.demo.summary import spark, summary
from tests.demo.shown import shown


def test_the_terminal_tells_the_same_figures() -> None:
    out = io.StringIO()
    Console(file=out, width=100).print(summary(shown()))
    text = out.getvalue()
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for line in (
        "30 members",
        "1,234 purchases",
        "5,678 lines",
        "12 of quantity 0, counted as 1",
        "34 of amount 0",
        "4,596,039.05 USD spent",
        "1,500 points issued",
        "200 points lapsed",
        "Gold 12 members",
        "base-earn ████████████████████████ 1,200 80.0 %",
        "double ██████ 300 20.0 %",
        "More <than> that: 300 of 400 taken",
        "Spring <2> ████████████████████████ 6 6.50 USD",
        "Summer ████████ 2 2.00 USD",
        "of 13 coupons redeemed 8 8.50 USD",
        "are beyond the 10 that a purchase takes 2",
        "refused: expired 3",
    ):
        assert line in lines, line


def test_the_highest_block_is_the_largest_value() -> None:
    assert spark([0, 1, 2, 4, 8]) == "▁▁▂▄█"
    assert spark([0, 0]) == "▁▁"
