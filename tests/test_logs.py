"""What is logged: JSON lines or lines for people, times in UTC, tracebacks, and never a secret that the process has seen."""

import asyncio
import base64
import logging
import weakref
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from modeldesk.domain.model.values.secret import Secret
from modeldesk.entrypoints import log_redaction
from modeldesk.entrypoints.log_redaction import (
    LARGEST_KEPT,
    LONGEST,
    LONGEST_LINE,
    MOST_OF_A_REQUEST,
    MOST_SECRETS,
    LogRedactor,
    redact_in_request,
    redacting_request,
)
from modeldesk.entrypoints.secret_traces import STEPS_PER_CHARACTER, TraceIndex, TracePass
from tests.support.log_capture import logged

KEY = "sk-Proj/9f8e7d+6c5b=4a3Z2y"
LOGGER = logging.getLogger("modeldesk.tests")


class WatchedSecret(Secret):
    """One that a test can see go."""

    __slots__ = ("__weakref__",)


@pytest.fixture
def redactor() -> LogRedactor:
    """One that has seen the key."""
    redactor = LogRedactor()
    redactor.add(Secret(KEY))
    return redactor


def forms(text: str) -> dict[str, str]:
    """How a secret may stand in a line."""
    data = text.encode()
    return {
        "plain": text,
        "capitals": text.upper(),
        "base64": base64.b64encode(data).decode(),
        "base64 in the middle": base64.b64encode(b"k:" + data + b":k").decode(),
        "base64url": base64.urlsafe_b64encode(b"x" + data).decode(),
        "hex": data.hex(),
        "HEX": data.hex().upper(),
        "percent": quote(text, safe=""),
        "twelve of it": text[7:19],
        "reversed": text[::-1],
        "bytes": repr(data),
    }


def is_told(text: str, line: str) -> bool:
    """Whether twelve characters in a row of any form stand in the line."""
    reported = [form for name, form in forms(text).items() if not name.startswith("base64 in")]
    return any(form[at : at + 12].lower() in line.lower() for form in reported for at in range(len(form) - 11))


def test_a_line_is_json_with_what_is_needed() -> None:
    """Event, level, logger, moment in UTC, and whatever was added; Persian as Persian."""
    with logged() as lines:
        LOGGER.warning("سلام %s", "acme", extra={"provider": "acme", "count": 3, "more": {"x": 1}})
    (line,) = lines.written
    moment = datetime.fromisoformat(line.pop("timestamp"))
    assert moment.utcoffset() == UTC.utcoffset(None)
    assert line == {
        "event": "سلام acme",
        "level": "warning",
        "logger": "modeldesk.tests",
        "provider": "acme",
        "count": 3,
        "more": "{'x': 1}",
    }
    assert "سلام" in lines.getvalue()


def test_a_terminal_is_for_people() -> None:
    """The same facts, readable."""
    with logged(is_terminal=True) as lines:
        LOGGER.warning("look", extra={"provider": "acme"})
    assert "look" in lines.getvalue()
    assert "acme" in lines.getvalue()
    assert not lines.getvalue().startswith("{")


@pytest.mark.parametrize("debug", [False, True])
def test_levels(debug: bool) -> None:
    """INFO, with --debug all of ours; what speaks HTTP and SQL stays quiet at both: it would tell addresses and rows."""
    with logged(debug=debug) as lines:
        for name in ("modeldesk.x", "httpx", "httpcore.http11", "httpx2", "httpcore2.http11", "sqlalchemy.engine.Engine", "aiosqlite"):
            for level in (logging.DEBUG, logging.INFO, logging.WARNING):
                logging.getLogger(name).log(level, "told")
    reported = {(line["logger"], line["level"]) for line in lines.written}
    assert {level for name, level in reported if name == "modeldesk.x"} == {"info", "warning"} | ({"debug"} if debug else set())
    assert {level for name, level in reported if name != "modeldesk.x"} == {"warning"}


@pytest.mark.parametrize("form", forms(KEY))
def test_a_secret_is_hidden_in_every_form(redactor: LogRedactor, form: str) -> None:
    """In the event, in its arguments, in what is added, in objects that print it, and in tracebacks; the rest of the line stays."""
    text = forms(KEY)[form]
    with logged(redactor) as lines:
        LOGGER.warning("a %s z", text, extra={"also": f"<{text}>", "deep": {"list": [text]}})
        try:
            raise ValueError(f"the vendor said {text}")
        except ValueError:
            LOGGER.exception("failed")
    first, second = lines.written
    assert not is_told(KEY, lines.getvalue())
    assert (first["event"][:2], first["event"][-2:]) == ("a ", " z")
    assert "****" in first["also"]
    assert "Traceback" in second["exception"]
    assert "ValueError: the vendor said" in second["exception"]


def test_a_letter_that_grows_in_lower_case_hides_nothing(redactor: LogRedactor) -> None:
    """`İ` is two characters in lower case: the letters around it are folded all the same."""
    assert redactor.redact(f"İ {KEY} {KEY.upper()} İ") == "İ **** **** İ"


def test_lines_without_it_are_left_alone(redactor: LogRedactor) -> None:
    """Whole, to the letter."""
    with logged(redactor) as lines:
        LOGGER.warning("sk-Other/000000000000 of 9f8e and 7d6c")
    assert lines.written[0]["event"] == "sk-Other/000000000000 of 9f8e and 7d6c"


def test_short_and_endless_values_are_not_looked_for() -> None:
    """Words would vanish from every line; and a megabyte is no key."""
    redactor = LogRedactor()
    for text in ("", "a", "request", "x" * (LONGEST + 1)):
        redactor.add(Secret(text))
    assert redactor.redact(f"a request {'x' * 50}") == f"a request {'x' * 50}"


def test_only_so_many_are_kept() -> None:
    """The one that was seen longest ago goes; one that is seen again stays. What is forgotten leaves nothing behind."""
    redactor, keys = LogRedactor(most=3), [f"key-number-{number}-{'abcdefgh'[number] * 12}" for number in range(5)]
    for key in (*keys[:3], keys[0], *keys[3:]):
        redactor.add(Secret(key))
    assert [redactor.redact(key[-12:]) == "****" for key in keys] == [True, False, False, True, True]
    watched = WatchedSecret(f"key-number-{5:030}")
    redactor.add(watched)
    forgotten = weakref.ref(watched)
    del watched
    for number in range(MOST_SECRETS + 10):
        redactor.add(Secret(f"{number:040}"))
    assert redactor.count == 3
    assert forgotten() is None
    assert "key" not in repr(redactor)


async def test_what_a_request_carries_is_hidden_in_its_own_lines_alone() -> None:
    """Nobody can send a word to have it taken out of the lines of others; nor so many that keys are forgotten."""
    redactor, words = LogRedactor(most=2), "correct horse battery"
    redactor.add(Secret(KEY))

    async def other() -> str:
        return redactor.redact(words)

    elsewhere = asyncio.create_task(other())
    with redacting_request(lambda: ["admin-session-0123456789"]):
        redact_in_request(words)
        for number in range(2 * MOST_OF_A_REQUEST):
            redact_in_request(f"decoy-{number:020}")
        outcome = redactor.redact(f"{words} admin-session-0123456789"), await elsewhere, redactor.redact(KEY)
    assert outcome == ("**** ****", words, "****")
    assert redactor.redact(words) == words
    assert redactor.count == 1


@pytest.mark.parametrize("is_terminal", [False, True])
def test_what_acts_on_a_terminal_is_shown(is_terminal: bool) -> None:
    """Whoever wrote it: in events, in what is added, and in facts that are never redacted; line ends of tracebacks stay."""
    with logged(is_terminal=is_terminal) as lines:
        LOGGER.warning("a\x9b31m%s", "\u202eb", extra={"also": "c\u2066\r", "peer": "fe80::1%\x9b31m"})
    written = lines.getvalue()
    assert not any(character in written for character in "\x9b\u202e\u2066\r")
    assert written.count("u009b31m") == 2
    assert "u202eb" in written


HARD = st.text("ab", min_size=8, max_size=400) | st.text("aA%b=0", min_size=8, max_size=60)
"""Secrets and lines of few letters: nearly every block of them is found at many places."""


@example(["a" * LONGEST], ["aaaaaaab"], 8)
@example([f"{'a' * number}b" for number in range(8, 200)], ["aaaaaaa "], 8)
@given(st.lists(HARD, min_size=1, max_size=6), st.lists(HARD, min_size=1, max_size=3), st.integers(1, 8))
def test_the_cost_is_proportional_to_the_line(secrets: list[str], parts: list[str], times: int) -> None:
    """Whatever the secrets and the line are: comparisons for each character have a bound."""
    indexes = [TraceIndex(), TraceIndex()]
    for number, secret in enumerate(secrets):
        indexes[number % 2].add(Secret(secret))
    line = "".join(parts).lower() * times
    passing = TracePass(line, indexes)
    spans = list(passing.spans())
    assert passing.steps <= STEPS_PER_CHARACTER * len(line)
    assert all(0 <= start < after <= len(line) for start, after in spans)


@given(st.lists(HARD, min_size=1, max_size=4), st.text("abAB c", max_size=40), st.data())
def test_eleven_characters_in_a_row_never_stay(secrets: list[str], around: str, data: st.DataObject) -> None:
    """Of any encoding of any of the secrets, in the middle of a line."""
    redactor, secret = LogRedactor(), data.draw(st.sampled_from(secrets))
    for text in secrets:
        redactor.add(Secret(text))
    encoding = data.draw(st.sampled_from(Secret(secret).encodings()))
    start = data.draw(st.integers(0, max(0, len(encoding) - 11)))
    line = redactor.redact(f"<{around}>{encoding[start:]}<{around}>")
    rest = line.lower().replace("****", "\n").split("\n")
    assert not any(part[at : at + 11] in other for part in rest for at in range(len(part) - 10) for other in Secret(secret).encodings())


def test_an_endless_line_is_shortened_before_it_is_searched(redactor: LogRedactor) -> None:
    """Its beginning and its end stay, and say how much is missing; a secret at the cut is redacted too."""
    line = "begin " + "x" * (LONGEST_LINE // 2 - 6 - len(KEY)) + KEY + "y" * 1_000_000 + " end"
    shown = redactor.redact(line)
    assert len(shown) < LONGEST_LINE + 100
    assert (shown[:6], shown[-4:]) == ("begin ", " end")
    assert "xxx**** … " in shown
    assert " characters left out … yyy" in shown


def test_a_request_may_not_have_the_log_search_for_long() -> None:
    """Secrets beyond a budget are not looked for; those that came first are."""
    redactor = LogRedactor()
    with redacting_request(lambda: ["the-first-secret", *(letter * LONGEST for letter in "abcdefgh")]):
        shown = redactor.redact("the-first-secret aaaaaaaaaaaa bbbbbbbbbbbb")
    assert shown == f"**** **** {'b' * 12}"


def test_facts_cannot_be_taken_out(redactor: LogRedactor) -> None:
    """Who sends their own address as a password is still seen."""
    with logged(redactor) as lines, redacting_request(lambda: ["203.0.113.7", "modeldesk.tests"]):
        LOGGER.info("request", extra={"peer": "203.0.113.7", "path": "/x/203.0.113.7"})
    assert (lines.written[0]["peer"], lines.written[0]["logger"]) == ("203.0.113.7", "modeldesk.tests")
    assert lines.written[0]["path"] == "/x/****"


def test_of_what_a_caller_sends_only_credentials_are_remembered() -> None:
    """So that the next request of the same session is quick; a password that came in a body is redacted, and forgotten with its request."""
    redactor, cookie, password = LogRedactor(), "a-session-of-somebody-else", "a-password-in-a-body"
    kept = log_redaction._kept_index.cache_info
    before = kept().currsize
    for _ in range(2):
        with redacting_request(lambda: [cookie]):
            assert redactor.redact(f"cookie {cookie}") == "cookie ****"
    assert kept().currsize == before + 1
    with redacting_request(lambda: [cookie]):
        redact_in_request(password)
        assert redactor.redact(f"{cookie} and {password}") == "**** and ****"
    with redacting_request(lambda: ["x" * (LARGEST_KEPT + 1)]):
        assert redactor.redact("x" * (LARGEST_KEPT + 1)) == "****"
    assert kept().currsize == before + 1
    assert redactor.redact(f"{cookie} and {password}") == f"{cookie} and {password}", "outside of a request nothing is looked for"
