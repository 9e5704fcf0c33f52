"""Every expected error can be told to a caller: one slug, one status, one title, documented."""

import dataclasses
import importlib
import pkgutil
import re
from typing import Any

import service
from service.api.docs.build import catalog
from service.api.problems import RESERVED, STATUS, status_of
from service.api.table import ROUTES
from service.kernel import errors as kernel
from service.kernel.errors import ExpectedError

# Told to people at a terminal only; the first to faces, which ask again for another member.
NOT_OVER_HTTP = {
    "MergedAway",
    "ClientNameInvalid",
    "KeyNotFound",
    "NetworkInvalid",
    "TooManyKeys",
    "UnknownRole",
}
FILES_ONLY = "service.domain.imports."  # written to the rejects of an import


def every_error() -> list[type[ExpectedError]]:
    """All concrete errors of the service, after loading all of it."""
    for found in pkgutil.walk_packages(service.__path__, "service."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)

    def below(kind: type[ExpectedError]) -> list[type[ExpectedError]]:
        return [one for sub in kind.__subclasses__() for one in (sub, *below(sub))]

    kinds = {one for one in vars(kernel).values() if isinstance(one, type)}
    named = {one for one in below(ExpectedError) if one.__module__.startswith("service.")}
    return sorted(named - kinds - {HTTP_ERROR}, key=lambda one: one.__name__)


HTTP_ERROR = next(one for one in ExpectedError.__subclasses__() if one.__name__ == "HttpError")
ERRORS = every_error()


def fields_of(kind: Any) -> tuple[dataclasses.Field[Any], ...]:
    """The fields of an error; none when it is no dataclass."""
    return dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()


def test_there_are_errors() -> None:
    assert len(ERRORS) > 40


def test_every_error_has_one_of_the_statuses() -> None:
    for one in ERRORS:
        assert status_of(one) in set(STATUS.values()), one


def test_every_slug_is_used_once() -> None:
    slugs = [one.slug() for one in ERRORS]

    assert sorted(slugs) == sorted(set(slugs))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) for slug in slugs)


def test_every_title_is_a_sentence_of_its_own() -> None:
    for one in ERRORS:
        title = one.title()
        assert one.__doc__ is not None, one
        assert not title.startswith(f"{one.__name__}("), f"{one} has no docstring"
        assert re.fullmatch(r"[A-Z].*[.…]", title), title
        assert len(title) <= 120, title


def test_errors_with_fields_are_dataclasses_that_can_be_raised() -> None:
    for one in ERRORS:
        if "__annotations__" not in vars(one):
            continue
        parameters: Any = vars(one).get("__dataclass_params__")
        assert parameters is not None, one
        assert not parameters.frozen, f"{one}: a frozen one dies in a context manager"
        assert not parameters.eq, f"{one}: eq=False, so that it can be hashed"
        assert all(field.kw_only for field in fields_of(one)), one


def test_no_field_of_an_error_is_named_like_a_member_of_every_problem() -> None:
    for one in ERRORS:
        names = {field.name for field in fields_of(one)}
        assert names & RESERVED <= {"errors"}, one


def test_every_error_is_documented_or_never_leaves_over_http() -> None:
    documented = {page.code for page in catalog(ROUTES).values()}
    told = [one for one in ERRORS if not one.__module__.startswith(FILES_ONLY)]

    left_out = {one.__name__ for one in told if one.slug() not in documented}

    assert left_out == NOT_OVER_HTTP
