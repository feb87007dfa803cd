"""When the client asks again, waits, and gives up: other tries, turns, the deadline."""

import asyncio

import pytest

from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.limits import OutboundLimits
from modeldesk.adapters.vendor_http import Request
from modeldesk.domain.errors import Reason, VendorFailed
from tests.support.hostile_server import Reader, Writer, answer, head, question, serving, silence
from tests.support.outbound_vendor import replies, trusting_nobody, vendor


@pytest.mark.parametrize("status", [429, 502, 503, 504, 529])
async def test_a_passing_failure_is_tried_again(status: int) -> None:
    """And the answer that comes then is given."""
    async with vendor(replies(head(f"{status} Busy", "Content-Length: 0"), answer(b"{}"))) as it:
        outcome = (await it.get()).status, len(it.served.questions)
    assert outcome == (200, 2)


@pytest.mark.parametrize(("status", "questions"), [(400, 1), (401, 1), (403, 1), (404, 1), (500, 1), (501, 1), (503, 3), (429, 3)])
async def test_what_stays_is_given_as_it_is(status: int, questions: int) -> None:
    """After three tries, or at once where another one would change nothing."""
    async with vendor(replies(head(f"{status} No", "Content-Length: 4") + b"why?")) as it:
        given = await it.get()
        outcome = given.status, given.body, len(it.served.questions)
    assert outcome == (status, b"why?", questions)


@pytest.mark.parametrize(("retries", "questions"), [(None, 3), (0, 1), (1, 2), (4, 5)])
async def test_a_session_may_have_retries_of_its_own(retries: int | None, questions: int) -> None:
    """As the provider declares."""
    async with vendor(replies(head("503 No", "Content-Length: 0"))) as it:
        async with it.client.open("acme", None, retries) as session:
            await session.get(Request(f"{it.origin}/v1"))
        asked = len(it.served.questions)
    assert asked == questions


@pytest.mark.parametrize(
    ("asked", "questions"), [("0", 2), ("Thu, 01 Jan 2026 00:00:00 GMT", 2), ("3600", 1), ("Fri, 01 Jan 2126 00:00:00 GMT", 1)]
)
async def test_retry_after_is_honoured_where_it_fits(asked: str, questions: int) -> None:
    """Seconds or a date; where it is longer than the time that is left, the answer is given as it is."""
    limits = OutboundLimits(first_wait=0.01, tries=2)
    async with vendor(replies(head("429 Slow", f"Retry-After: {asked}", "Content-Length: 0")), limits) as it:
        outcome = (await it.get()).status, len(it.served.questions)
    assert outcome == (429, questions)


async def test_a_broken_connection_is_tried_again() -> None:
    """Before an answer; the third one is answered."""
    met = []

    async def behave(reader: Reader, writer: Writer) -> None:
        met.append(1)
        await question(reader)
        if len(met) == 3:
            writer.write(answer(b"{}"))

    async with vendor(behave) as it:
        outcome = (await it.get()).status
    assert (outcome, len(met)) == (200, 3)


async def test_at_most_four_calls_at_once_for_a_provider() -> None:
    """Over all sessions of that provider; another provider has turns of its own."""
    now, most, expected = 0, 0, 4

    async def behave(reader: Reader, writer: Writer) -> None:
        nonlocal now, most
        await question(reader)
        now += 1
        most = max(most, now)
        while most < expected:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.03)  # in which one too many would come
        now -= 1
        writer.write(answer(b"{}"))

    async with vendor(behave) as it:

        async def one(slug: str) -> None:
            async with it.client.open(slug) as session:
                await session.get(Request(it.origin))

        await asyncio.gather(*(one("acme") for _ in range(12)))
        alone, expected = most, 8
        await asyncio.gather(*(one(slug) for slug in ("acme", "other") for _ in range(8)))
        together = most
    assert (alone, together) == (4, 8)


async def test_the_deadline_is_for_the_whole_session() -> None:
    """Each answer is quick enough; all of them together are not. The provider's own deadline goes before ours where it is shorter."""

    async def behave(reader: Reader, writer: Writer) -> None:
        while True:
            await question(reader)
            await asyncio.sleep(0.05)
            writer.write(answer(b"{}"))

    async def ask_on() -> None:
        async with vendor(behave, deadline=0.3) as it:
            while True:
                await it.get()

    with pytest.raises(VendorFailed) as caught:
        await ask_on()
    assert caught.value.reason == Reason("no-answer-within", seconds=0.3)


async def test_who_waits_for_a_turn_is_told_so() -> None:
    """The vendor is not said to be slow where nobody asked it, and is where it has the question."""
    is_asked = asyncio.Event()

    async def behave(reader: Reader, writer: Writer) -> None:
        await question(reader)
        is_asked.set()
        await silence()

    async with serving(behave) as served:
        client = OutboundClient(allowed_hosts(f"localhost:{served.port}"), OutboundLimits(calls_at_once=1), tls=trusting_nobody())
        async with client.open("acme") as holding, asyncio.TaskGroup() as calls:
            request = Request(f"http://localhost:{served.port}/")
            held = calls.create_task(holding.get(request))
            await is_asked.wait()
            with pytest.raises(VendorFailed) as waited:
                async with client.open("acme", 0.3) as waiting:
                    await waiting.get(request)
            assert (str(waited.value.reason), holding.waits_for.code) == ("no-turn-within: seconds=0.3", "no-answer-within")
            held.cancel()
        await client.close()
