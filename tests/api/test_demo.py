"""The demo program of these tests does not know what time it is."""

import re

from tests.api.demo import FILE, source


def test_nothing_of_it_depends_on_the_hour_or_on_a_day_near() -> None:
    years = set(re.findall(r"\b(20\d\d|21\d\d)-\d\d-\d\d", source()))

    assert "now." in FILE.read_text()
    assert "now." not in source()
    assert years == {"2020", "2199"}
