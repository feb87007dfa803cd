"""The vendor's words, wherever they stand in an answer."""

import json
from typing import Any

import pytest

from modeldesk.adapters.providers.messages import vendor_message


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "no"}},
        {"error": "no"},
        {"message": "no"},
        {"msg": "no", "code": 5},
        {"detail": "no"},
        {"detail": {"message": "no"}},
        {"detail": [{"loc": ["query"], "msg": "no"}]},
        {"errors": [{"code": 1, "message": "no"}, {"message": "later"}]},
        {"errors": ["no", "later"]},
        {"errors": {"message": "no"}},
        {"error": [{"msg": "no"}]},
        {"base_resp": {"status_code": 1, "status_msg": "no"}},
        {"error": {"error": {"message": "no"}}},
        {"message": {"message": "no"}},
        {"error_description": "no"},
        {"errorMessage": "no"},
        {"Message": "no"},
        {"title": "no"},
        [{"error": {"message": "no"}}],
    ],
)
def test_the_words_are_found(body: Any) -> None:
    """Under each of the names, in an object, in the first of a list."""
    assert vendor_message(json.dumps(body).encode(), None) == "no"


@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"{", b"[]", b'{"id": "no"}', b'{"error": 5}', b"\x00\x01", b"x" * 300])
def test_what_says_nothing(body: bytes) -> None:
    """Web pages, other objects, long or binary answers."""
    assert vendor_message(body, None) is None


def test_a_short_plain_text_is_said() -> None:
    """As proxies answer."""
    assert vendor_message(b"404 page not found\n", None) == "404 page not found"
