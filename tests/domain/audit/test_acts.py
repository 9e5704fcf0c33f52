"""The vocabulary: names that are never used for something else."""

import re

from service.domain.audit.acts import About, Act


def test_an_act_is_called_by_what_it_concerns_and_what_was_done() -> None:
    for act in Act:
        noun, _, done = act.partition(".")
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", done), act
        assert noun in {*About, "staff"}, act


def test_names_stand_for_one_thing_each() -> None:
    assert len({str(one) for one in Act}) == len(Act) == 40
