"""Forms that the outbound client sends: once, under the limits of every other call, and with the answer."""

import pytest

from modeldesk.adapters.outbound.limits import OutboundLimits
from modeldesk.adapters.vendor_http import KeyHeader, Request
from modeldesk.domain.errors import VendorFailed
from modeldesk.domain.model.values.secret import Secret
from tests.support.hostile_server import Reader, Writer, question
from tests.support.outbound_vendor import vendor

FORM = b"code=7"
heard: list[bytes] = []


def gives(answer: bytes):  # type: ignore[no-untyped-def] # a behaviour, as in the tests of webhooks
    async def behave(reader: Reader, writer: Writer) -> None:
        heard.append(await question(reader) + await reader.readexactly(len(FORM)))
        writer.write(answer)
        await writer.drain()

    heard.clear()
    return behave


async def test_a_form_is_sent_with_its_type_and_answered() -> None:
    """Whatever the status; the secret stands in a header alone."""
    async with vendor(gives(b"HTTP/1.1 400 Bad\r\ncontent-length: 2\r\n\r\n{}")) as at:
        url = f"{at.origin}/token"
        answer = await at.session.submit(
            Request(url, {}, url, KeyHeader("authorization", "Basic ", is_basic=True), Secret("me:secret")), FORM
        )
    assert (answer.status, answer.body) == (400, b"{}")
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert body == FORM
    assert head.startswith(b"POST /token HTTP/1.1\r\n")
    for line in (b"content-type: application/x-www-form-urlencoded", b"authorization: basic bwu6c2vjcmv0"):
        assert line in head.lower()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 307 Moved\r\nlocation: /token/\r\ncontent-length: 0\r\n\r\n", "redirected-to"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n" + b"x" * 2000, "answer-too-large"),
        (b"", "closed-before-answer"),
    ],
)
async def test_nothing_is_sent_twice(answer: bytes, code: str) -> None:
    """Not to another place, not after a broken connection; and no more is read than from others."""
    async with vendor(gives(answer), OutboundLimits(first_wait=0.001, answer_bytes=1000)) as at:
        with pytest.raises(VendorFailed) as failed:
            await at.session.submit(Request(f"{at.origin}/token"), FORM)
    assert failed.value.reason.code == code
    assert len(heard) == 1
