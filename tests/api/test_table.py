"""The table of routes: nothing is forgotten, nothing is hidden by something else."""

import importlib
import itertools
import pkgutil
import re

from service import api
from service.api.body import Body
from service.api.route import Route
from service.api.table import ROUTES


def declared() -> list[Route]:
    """Every route that some module of the entrance declares."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(api.__path__, "service.api.")
        if not found.name.endswith("__main__")
    ]
    return [
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, Route) and one.handler.__module__ == module.__name__
    ]


def test_every_route_that_is_declared_is_served() -> None:
    assert sorted(one.operation_id for one in declared()) == sorted(
        one.operation_id for one in ROUTES
    )


def test_no_two_routes_have_the_same_method_and_shape_of_address() -> None:
    """`/members/{member_id}` and `/members/{code}` could not be told apart."""
    shapes = [(one.method, re.sub(r"\{\w+\}", "{}", one.path)) for one in ROUTES]

    assert len(set(shapes)) == len(shapes)


def test_routes_of_one_tag_follow_each_other() -> None:
    tags = [tag for tag, _ in itertools.groupby(one.tag for one in ROUTES)]

    assert len(set(tags)) == len(tags)


def test_what_reads_takes_no_body_and_what_writes_answers_no_tag() -> None:
    reading = [one for one in ROUTES if one.method == "GET"]
    writing = [one for one in ROUTES if one.method != "GET"]

    assert [one.operation_id for one in reading if one.key or isinstance(one.takes, Body)] == []
    assert [one.operation_id for one in writing if one.tagged] == []
    assert reading
    assert writing
