"""If-None-Match and If-Match as RFC 9110 section 13 has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.call import Call
from service.api.conditional import tagged
from service.api.errors import PreconditionFailed
from service.api.reply import Reply
from tests.api.calls import call_with

ETAG = '"17.0"'


def asked(**headers: str) -> Reply:
    """The answer to a GET with these headers."""
    call: Call = call_with({name.replace("_", "-"): text for name, text in headers.items()})
    return tagged(call, ETAG, b"{}")


@pytest.mark.parametrize(
    "names",
    [
        '"17.0"',
        'W/"17.0"',
        '"1", "17.0"',
        '"1","17.0" , "2"',
        ' , "17.0",,',
        "*",
        " * ",
        '"a,b", W/"17.0"',
        '"é\xff", "17.0"',
    ],
)
def test_a_tag_that_is_known_is_answered_304_without_a_body(names: str) -> None:
    reply = asked(if_none_match=names)

    assert (reply.status, reply.body, reply.media) == (304, b"", None)


@pytest.mark.parametrize(
    "names",
    ['"17"', '"17.0', "17.0", '"1" "17.0"', '"17.0"x', 'w/"17.0"', '"", "17.01"', "", '"17.0 "'],
)
def test_other_tags_and_what_is_no_list_of_tags_get_the_body(names: str) -> None:
    reply = asked(if_none_match=names)

    assert (reply.status, reply.body) == (200, b"{}")


def test_a_304_carries_the_headers_of_the_200() -> None:
    fresh, known = asked(), asked(if_none_match=ETAG)

    assert fresh.headers == known.headers
    assert dict(fresh.headers) == {
        b"etag": b'"17.0"',
        b"vary": b"Authorization, Regulars-Staff, Accept, Accept-Encoding",
    }
    assert fresh.cache == known.cache == b"private, no-cache"


@pytest.mark.parametrize("names", ['"17.0"', '"1", "17.0"', "*"])
def test_if_match_with_the_current_tag_passes(names: str) -> None:
    assert asked(if_match=names).status == 200


@pytest.mark.parametrize("names", ['"18.0"', 'W/"17.0"', "17.0", ""])
def test_if_match_compares_strongly(names: str) -> None:
    with pytest.raises(PreconditionFailed):
        asked(if_match=names)


def test_if_match_is_looked_at_before_if_none_match() -> None:
    with pytest.raises(PreconditionFailed):
        asked(if_match='"18.0"', if_none_match=ETAG)
    assert asked(if_match=ETAG, if_none_match=ETAG).status == 304


def test_a_weak_tag_of_ours_matches_weakly_only() -> None:
    call = call_with({"if-none-match": '"1"'})
    assert tagged(call, 'W/"1"', b"{}").status == 304
    for names in ('W/"1"', '"1"'):
        with pytest.raises(PreconditionFailed):
            tagged(call_with({"if-match": names}), 'W/"1"', b"{}")


@given(st.binary(max_size=40))
def test_any_header_is_understood_or_ignored(names: bytes) -> None:
    call = call_with({})
    call.headers[b"if-none-match"] = names

    assert tagged(call, ETAG, b"{}").status in {200, 304}


def test_what_is_the_same_for_everybody_may_be_kept_by_caches_between() -> None:
    public = b"public, max-age=60"
    fresh = tagged(call_with({}), ETAG, b"{}", vary=b"Accept-Language", cache=public)
    known = tagged(call_with({"if-none-match": ETAG}), ETAG, b"{}", cache=public)
    assert (fresh.cache, known.cache, known.status) == (public, public, 304)
    assert (b"vary", b"Accept-Language") in fresh.headers
    assert asked().cache == b"private, no-cache"
