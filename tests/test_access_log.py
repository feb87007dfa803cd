"""The line of a request is written directly, and reads as if it had gone the way of all others."""

import asyncio
import json
import logging
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.model.values.secret import Secret
from modeldesk.entrypoints.access_log import CallerText, HandledRequest, access_line, log_request
from modeldesk.entrypoints.log_redaction import LogRedactor
from modeldesk.entrypoints.log_stream import GATHERED_FOR, LARGEST_WRITE
from modeldesk.entrypoints.request_id import with_request_id
from tests.support.log_capture import Lines, logged

KEY = "sk-Proj/9f8e7d+6c5b=4a3Z2y"
LOGGER = logging.getLogger("modeldesk.tests")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
REQUESTS = st.builds(
    HandledRequest,
    request_id=st.text("aZ09._-", min_size=1, max_size=64),
    method=st.sampled_from(["GET", "PURGE", CallerText('x"\n')]),
    path=TEXTS.map(CallerText),
    status=st.none() | st.sampled_from([200, 304, 503]),
    seconds=st.floats(0, 100),
    peer=st.sampled_from(["127.0.0.1", "fe80::1", "unknown"]),
    admin=st.none() | TEXTS,
)
NOTHING = HandledRequest("a-request", "GET", "/health/live", 200, 0.001, "127.0.0.1", None)


class Writes(Lines):
    """A stream that knows each single write."""

    def __init__(self) -> None:
        super().__init__()
        self.single = list[str]()

    def write(self, text: str) -> int:
        self.single.append(text)
        return super().write(text)


@given(REQUESTS)
def test_it_reads_like_a_line_of_the_formatter(request: HandledRequest) -> None:
    """Same members in the same order, same escapes, whatever stands in them; one line."""
    with logged() as direct, with_request_id(request.request_id):
        log_request(request)
    with logged() as recorded, with_request_id(request.request_id):
        logging.getLogger().addHandler(logging.NullHandler())  # not alone any more: a record for everybody
        log_request(request)
    ours, theirs = (json.loads(lines.getvalue(), object_pairs_hook=list) for lines in (direct, recorded))
    assert [pair for pair in ours if pair[0] != "timestamp"] == [pair for pair in theirs if pair[0] != "timestamp"]
    assert [name for name, _ in ours] == [name for name, _ in theirs]
    assert direct.getvalue().count("\n") == 1


def test_the_moment_is_in_utc() -> None:
    """As in every other line."""
    line = access_line(NOTHING, datetime(2026, 11, 24, 12, 0, 0, 250_000, UTC).timestamp(), str)
    assert json.loads(line)["timestamp"] == "2026-11-24T12:00:00.250000Z"


def test_secrets_are_looked_for_where_a_caller_may_have_written_them() -> None:
    """In an id that came along, a method of somebody's own, a path that is no route's; a route's own path is not searched."""
    redactor = LogRedactor()
    redactor.add(Secret(KEY))
    redactor.add(Secret("/health/live"))
    with logged(redactor) as lines:
        log_request(NOTHING._replace(request_id=CallerText(KEY), method=CallerText(f"X{KEY}"), path=CallerText(f"/a/{KEY}")))
        log_request(NOTHING)
    first, second = lines.written
    assert (first["request_id"], first["method"], first["path"]) == ("****", "X****", "/a/****")
    assert second["path"] == "/health/live"


async def test_lines_are_gathered_for_a_moment_and_written_at_once() -> None:
    """One write for all of them, without anybody's asking."""
    stream = Writes()
    with logged(stream=stream):
        for _ in range(3):
            log_request(NOTHING)
        assert stream.single == []
        await asyncio.sleep(2 * GATHERED_FOR)
        assert [text.count("\n") for text in stream.single] == [3]


async def test_other_lines_keep_their_order() -> None:
    """What was gathered before a line is written before it."""
    with logged() as lines:
        log_request(NOTHING)
        LOGGER.info("in between")
        log_request(NOTHING)
    assert [line["event"] for line in lines.written] == ["request", "in between", "request"]


async def test_a_write_is_as_long_as_a_pipe_takes_in_one_piece() -> None:
    """So that lines of several workers are not mixed up, also where letters take several bytes."""
    stream = Writes()
    with logged(stream=stream):
        for number in range(200):
            log_request(NOTHING._replace(path=CallerText("/" + "س" * (number % 50))))
    assert max(len(text.encode()) for text in stream.single) <= LARGEST_WRITE
    assert sum(text.count("\n") for text in stream.single) == 200
    assert len(stream.single) < 30


def test_without_an_event_loop_a_line_is_written_at_once() -> None:
    """Nobody would write it later."""
    stream = Writes()
    with logged(stream=stream):
        log_request(NOTHING)
        assert len(stream.single) == 1


def test_a_loop_that_ended_takes_no_line_with_it() -> None:
    """The next line, or the next flush, writes what it left."""
    with logged() as lines:
        asyncio.run(_log_once())
        asyncio.run(_log_once())
    assert len(lines.written) == 2


async def _log_once() -> None:
    log_request(NOTHING)


class Broken(Lines):
    """A stream that nobody reads."""

    def write(self, _: str) -> int:
        raise BrokenPipeError


def test_a_stream_that_fails_fails_no_request() -> None:
    """The line is lost."""
    with logged(stream=Broken()) as lines:
        log_request(NOTHING)
    assert lines.getvalue() == ""
