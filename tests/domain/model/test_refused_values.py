"""What a refused value is told: the very code of its rule and its facts, and the last value on either side of a bound."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from modeldesk.domain.errors import InvalidValue, Reason
from modeldesk.domain.model.access.password_policy import checked_password
from modeldesk.domain.model.catalogue.query import sort_name
from modeldesk.domain.model.keys.provider_key import LONGEST_KEY, SHORTEST_KEY, api_key
from modeldesk.domain.model.values.numbers import (
    LARGEST_CONTEXT,
    LARGEST_CREDIT,
    LARGEST_PAGE,
    LARGEST_SORT_ORDER,
    LONGEST_TIMEOUT,
    MOST_RETRIES,
    MOST_TOKEN_DAYS,
    entry_id,
    offset,
    page_size,
    retry_count,
    seconds,
    sort_order,
    token_days,
    tokens,
    us_dollars,
)
from modeldesk.domain.model.values.pricing import amount, amount_text
from modeldesk.domain.model.values.texts import addressed_name, capability_name, http_url, model_id, single_line_text, slug
from modeldesk.domain.model.values.timestamps import format_timestamp, parse_timestamp


@pytest.fixture
def teheran(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine is in a zone that is not UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "XXX-3:30")
        time.tzset()
        yield
    time.tzset()


def named(text: str) -> str:
    return addressed_name(text, 64)


def password(text: str) -> str:
    return checked_password(text, "sara")


def weak(code: str) -> Reason:
    return Reason("password-weak", reason=Reason(code))


@pytest.mark.parametrize(
    ("rule", "value", "reason"),
    [
        (slug, "a" * 65, Reason("slug-too-long", most=64, count=65)),
        (slug, "A", Reason("slug-malformed")),
        (capability_name, "a" * 65, Reason("capability-too-long", most=64, count=65)),
        (capability_name, "a--b", Reason("capability-malformed")),
        (single_line_text, " \t".strip("\t"), Reason("blank")),
        (single_line_text, "a\nb", Reason("forbidden-character", character="U+000A", position=2)),
        (named, " a", Reason("name-blank-ends")),
        (named, "a" * 65, Reason("name-too-long", most=64, count=65)),
        (named, "a" * 257, Reason("name-too-long", most=64, count=257)),
        (named, "a/b", Reason("name-not-addressable")),
        (named, "a\\b", Reason("name-not-addressable")),
        (named, "..", Reason("name-not-addressable")),
        (model_id, "a ", Reason("model-id-blank-ends")),
        (model_id, "a" * 801, Reason("model-id-too-long", most=200, count=801)),
        (model_id, "a" * 201, Reason("model-id-too-long", most=200, count=201)),
        (http_url, "http://a b", Reason("url-with-blanks")),
        (http_url, "http://[", Reason("url-unreadable", said="Invalid IPv6 URL")),
        (http_url, "ftp://a", Reason("url-not-http")),
        (http_url, "http://me:word@a", Reason("url-with-credentials")),
        (http_url, "http://" + "a" * 2_042, Reason("url-too-long", most=2_048, count=2_049)),
        (amount, "1,5", Reason("price-not-a-number")),
        (amount, "1e99999999999999999999", Reason("price-not-a-number")),
        (amount, Decimal("Infinity"), Reason("price-not-a-number")),
        (amount, "-1", Reason("price-negative")),
        (amount, "1000000001", Reason("price-out-of-range")),
        (amount, "1e-19", Reason("price-out-of-range")),
        (parse_timestamp, "yesterday", Reason("timestamp-unreadable")),
        (sort_name, "size", Reason("sort-unknown", found="size", choices=["name", "price", "context", "id"])),
        (api_key, "k" * (SHORTEST_KEY - 1), Reason("api-key-length", least=SHORTEST_KEY, most=LONGEST_KEY, count=SHORTEST_KEY - 1)),
        (api_key, "k" * (LONGEST_KEY + 1), Reason("api-key-length", least=SHORTEST_KEY, most=LONGEST_KEY, count=LONGEST_KEY + 1)),
        (api_key, "ключ-ключ-ключ", Reason("api-key-not-ascii")),
        (password, "\udfff" + "x" * 20, Reason("password-not-text")),
        (password, "x" * 20 + "\ud800", Reason("password-not-text")),
        (password, "short", Reason("password-length", least=12, most=128, count=5)),
        (password, "abcdabcdabcdabcd", weak("password-repeats")),
        (password, "x-x-x-x-x-x-x-x", weak("password-repeats")),
        (password, "234567890123", weak("password-sequence")),
        (password, "9876543210987", weak("password-sequence")),
        (password, "klmnopqrstuvw", weak("password-sequence")),
        (password, "xyzabcdefghijk", weak("password-sequence")),
        (password, "αβγδεζηθικλμν", weak("password-sequence")),
        (password, "νμλκιθηζεδγβα", weak("password-sequence")),
        (password, "correcthorsebatterystaple", weak("password-listed")),
        (password, "sara-2026-11-28", weak("password-own-name")),
        (password, "password-2026-11", weak("password-known-words")),
        (sort_order, LARGEST_SORT_ORDER + 1, Reason("sort-order-out-of-range")),
        (sort_order, -LARGEST_SORT_ORDER - 2, Reason("sort-order-out-of-range")),
        (tokens, 0, Reason("context-out-of-range", most=LARGEST_CONTEXT)),
        (tokens, LARGEST_CONTEXT + 1, Reason("context-out-of-range", most=LARGEST_CONTEXT)),
        (retry_count, -1, Reason("retries-out-of-range", most=MOST_RETRIES)),
        (retry_count, MOST_RETRIES + 1, Reason("retries-out-of-range", most=MOST_RETRIES)),
        (seconds, 0, Reason("timeout-out-of-range", most=86_400)),
        (seconds, LONGEST_TIMEOUT + 1, Reason("timeout-out-of-range", most=86_400)),
        (us_dollars, -0.01, Reason("money-out-of-range")),
        (us_dollars, LARGEST_CREDIT + 1, Reason("money-out-of-range")),
        (page_size, 0, Reason("limit-out-of-range", most=LARGEST_PAGE)),
        (page_size, LARGEST_PAGE + 1, Reason("limit-out-of-range", most=LARGEST_PAGE)),
        (offset, -1, Reason("offset-negative")),
        (entry_id, -1, Reason("entry-id-negative")),
        (token_days, 0, Reason("token-days-out-of-range", most=MOST_TOKEN_DAYS)),
        (token_days, MOST_TOKEN_DAYS + 1, Reason("token-days-out-of-range", most=MOST_TOKEN_DAYS)),
    ],
)
def test_a_refused_value_names_its_rule(rule: Callable[[Any], object], value: Any, reason: Reason) -> None:
    """Code and facts: all that any edge words it from."""
    with pytest.raises(InvalidValue) as caught:
        rule(value)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (slug, "a" * 64),
        (capability_name, "a" * 64),
        (named, "a" * 64),
        (named, "a.b"),
        (model_id, "a" * 200),
        (http_url, ""),
        (http_url, "http://" + "a" * 2_041),
        (sort_order, LARGEST_SORT_ORDER),
        (sort_order, -LARGEST_SORT_ORDER - 1),
        (tokens, 1),
        (tokens, LARGEST_CONTEXT),
        (retry_count, 0),
        (retry_count, MOST_RETRIES),
        (seconds, LONGEST_TIMEOUT),
        (seconds, 0.001),
        (us_dollars, 0),
        (us_dollars, LARGEST_CREDIT),
        (page_size, 1),
        (page_size, LARGEST_PAGE),
        (offset, 0),
        (offset, 1),
        (token_days, 1),
        (token_days, MOST_TOKEN_DAYS),
        (password, "abcdeabcdeabcde"),
        (password, "sara" + "wzqv" * 2),
    ],
)
def test_the_last_value_within_a_bound_is_taken(rule: Callable[[Any], object], value: Any) -> None:
    """As it is."""
    assert rule(value) == value


@pytest.mark.parametrize(
    ("text", "shown"), [("2.5", "2.50"), ("0.075", "0.075"), ("10", "10.00"), ("1.10", "1.10"), ("0", "0.00"), ("3.140", "3.14")]
)
def test_an_amount_is_written_with_two_decimals_at_least(text: str, shown: str) -> None:
    """And without further zeros."""
    assert amount_text(amount(text)) == amount_text(Decimal(text)) == shown


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-28T12:00:00Z", datetime(2026, 11, 28, 12, tzinfo=UTC)),
        ("2026-11-28T12:00:00", datetime(2026, 11, 28, 12, tzinfo=UTC)),
        ("2026-11-28", datetime(2026, 11, 28, tzinfo=UTC)),
        ("2026-11-28T12:00:00+03:30", datetime(2026, 11, 28, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_into_utc(teheran: None, text: str, read: datetime) -> None:
    """With its zone, or as UTC where it has none, wherever the machine stands."""
    found = parse_timestamp(text)
    assert (found, found.tzinfo) == (read, UTC)


def test_a_moment_is_written_in_utc(teheran: None) -> None:
    """With milliseconds, whatever zone it came in and wherever the machine stands."""
    zone = timezone(timedelta(hours=3, minutes=30))
    assert format_timestamp(datetime(2026, 11, 28, 12, 0, 0, 123_456, tzinfo=zone)) == "2026-11-28T08:30:00.123Z"
