"""What a declaration may add to every call to its vendor."""

import pytest

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.values.vendor_calls import (
    header_name,
    header_value,
    key_header_name,
    key_scheme,
    list_path,
    query_name,
    query_value,
)


@pytest.mark.parametrize("text", ["OpenAI-Organization", "anthropic-version", "X-Title", "HTTP-Referer", "Accept", "X-Monkey"])
def test_headers_that_may_be_declared(text: str) -> None:
    """A version, an organisation, a project."""
    assert header_name(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, "header-for-secrets") for text in ("Authorization", "X-API-Key", "api-key", "X-Auth-Token", "apikey", "X-AuthKey", "Cookie", "Set-Cookie")),
        *((text, "header-of-transport") for text in ("Host", "content-type", "Content-Length", "Proxy-Connection", "Transfer-Encoding", "TE", "User-Agent", "Accept-Encoding")),
        *((text, "header-name-malformed") for text in ("", "a b", "a:", "ü", "x" * 65, "a\n")),
    ],
)  # fmt: skip
def test_headers_that_may_not(text: str, code: str) -> None:
    """Secrets are entered apart, and the transport is the client's."""
    with pytest.raises(InvalidValue) as caught:
        header_name(text)
    assert caught.value.reason.code == code


@pytest.mark.parametrize("text", ["", " a", "a ", "a\r\nX: b", "ü", "x" * 1_001])
def test_values_that_no_header_has(text: str) -> None:
    """Printable ASCII, without blanks around it."""
    with pytest.raises(InvalidValue, match="header-value-malformed"):
        header_value(text)


def test_queries() -> None:
    """Any text but what may be a secret."""
    for name in ("api-version", "view", "$top", "filter[type]"):
        assert query_name(name) == name
    for name in ("", "key", "api_key", "access_token", "a b", "a&b", "sig"):
        with pytest.raises(InvalidValue):
            query_name(name)
    assert query_value("é & =") == "é & ="
    with pytest.raises(InvalidValue):
        query_value("a\nb")


@pytest.mark.parametrize("text", ["models", "/models", "/v2/models?view=full", "catalog/models/", "accounts/@me/models"])
def test_list_paths(text: str) -> None:
    """Joined to the base URL, or from the origin, with a query or without."""
    assert list_path(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "//other.example/models",
        "https://other.example/models",
        "../models",
        "/v1/../admin",
        "a b",
        "a\\b",
        "a#b",
        "?a=1",
        "x" * 1_001,
    ],
)
def test_what_is_no_list_path(text: str) -> None:
    """Another host, a way out of the path, or what no path has."""
    with pytest.raises(InvalidValue, match="list-path-malformed"):
        list_path(text)


def test_how_a_key_is_sent() -> None:
    """Any header but the transport's; a word before the key, or none."""
    for name in ("Authorization", "X-Api-Key", "api-key"):
        assert key_header_name(name) == name
    for name in ("Host", "Cookie", "Content-Type", "Proxy-Authorization", "a b", ""):
        with pytest.raises(InvalidValue):
            key_header_name(name)
    for scheme in ("", "Bearer", "Token", "Basic"):
        assert key_scheme(scheme) == scheme
    for scheme in ("Bearer ", "a b", "1", "x\n"):
        with pytest.raises(InvalidValue):
            key_scheme(scheme)
