"""What a session sends and takes, on a real server of ours: the key, headers, redirects, proxies, bytes."""

import logging
import zlib
from pathlib import Path

import pytest

from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.limits import OutboundLimits
from modeldesk.adapters.vendor_http import KeyHeader, Request
from modeldesk.domain.errors import Reason, VendorFailed
from modeldesk.domain.model.values.secret import Secret
from tests.support.certificates import Certificates
from tests.support.hostile_server import Behaviour, Reader, Writer, answer, gzipped, head, question, serving
from tests.support.outbound_vendor import QUICK, replies, trusting_nobody, vendor
from tests.support.ports import free_port

KEY = Secret("sk-0123456789")
BEARER = KeyHeader("Authorization", "Bearer ")


async def test_a_question_as_it_is_sent() -> None:
    """Our own name, gzip or nothing, JSON, no cookie; what a class adds, but not what is the client's alone."""
    async with vendor(replies(answer(b"{}"))) as it:
        await it.get("/v1/models?limit=5", headers={"X-Version": "2", "User-Agent": "other", "Host": "evil", "Accept-Encoding": "br"})
        outcome = it.served.questions[0]
    lines = outcome.decode().lower().split("\r\n")
    assert lines[0] == "get /v1/models?limit=5 http/1.1"
    named = dict(line.split(": ", 1) for line in lines[1:] if line)
    assert named.pop("host").startswith("localhost:")
    assert named.pop("user-agent").startswith("modeldesk/")
    assert named == {"accept": "application/json", "accept-encoding": "gzip, identity", "x-version": "2"}


async def test_an_answer_as_it_is_given() -> None:
    """Lower-case names, repeated ones joined, the cookie left out, gzip unpacked; any status of a vendor's is an answer."""
    body = gzipped(b'{"data": []}')
    sent = (
        head("404 Not Found", "Link: <a>", "Link: <b>", "Set-Cookie: a=b", "Content-Encoding: GZIP", f"Content-Length: {len(body)}") + body
    )

    async with vendor(replies(sent)) as it:
        given = await it.get()
    assert (given.status, given.body, given.headers["link"]) == (404, b'{"data": []}', "<a>, <b>")
    assert "set-cookie" not in given.headers


async def test_a_session_has_one_connection_and_no_memory() -> None:
    """Pages follow on the same connection, and no cookie is sent back; the next session begins anew."""
    async with vendor(replies(answer(b"{}", "Set-Cookie: session=adopted; Path=/"))) as it:
        await it.get("/1")
        await it.get("/2")
        async with it.client.open("acme") as other:
            await other.get(Request(f"{it.origin}/3"))
        connections, questions = it.served.connections, it.served.questions
    assert connections == 2
    assert len(questions) == 3
    assert not any(b"cookie" in text.lower() for text in questions)


async def test_a_key_travels_in_its_header() -> None:
    """After its prefix, to its own origin, however that is written."""
    async with vendor(replies(answer(b"{}"))) as it:
        await it.get(origin=it.origin, key=KEY, key_header=BEARER)
        await it.get(origin=it.origin.upper(), key=KEY, key_header=KeyHeader("x-api-key"), headers={"X-API-Key": "other"})
        await it.get()
        first, second, third = it.served.questions
    assert b"\r\nauthorization: bearer sk-0123456789\r\n" in first.lower()
    assert b"\r\nx-api-key: sk-0123456789\r\n" in second.lower()
    assert b"sk-" not in third


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "https://localhost:{port}",
        "http://127.0.0.1:{port}",
        "http://localhost",
        "http://localhost.:{port}",
        "http://localhost:{port}@x",
        "x",
    ],
)
async def test_a_key_for_another_origin_is_not_sent(origin: str) -> None:
    """Another scheme, host or port: nothing is dialled at all."""
    async with vendor(replies(answer(b"{}"))) as it:
        with pytest.raises(VendorFailed) as caught:
            await it.get("/v1?q=private", origin=origin.format(port=it.served.port), key=KEY, key_header=BEARER)
        connections, reason = it.served.connections, str(caught.value.reason)
    assert connections == 0
    assert "sk-" not in reason
    assert "private" not in reason


@pytest.mark.parametrize(
    ("key", "header"),
    [
        (KEY, None),
        (Secret("sk-a\r\nX-More: b"), BEARER),
        (Secret("sk-ü"), BEARER),
        (KEY, KeyHeader("Author ization")),
        (KEY, KeyHeader("a", "b\n")),
    ],
)
async def test_what_no_header_can_carry_is_not_sent(key: Secret, header: KeyHeader | None) -> None:
    """Said without quoting it."""
    async with vendor(replies(answer(b"{}"))) as it:
        with pytest.raises(VendorFailed) as caught:
            await it.get(origin=it.origin, key=key, key_header=header)
        connections, reason = it.served.connections, str(caught.value.reason)
    assert connections == 0
    assert "sk-" not in reason


async def test_a_host_that_nobody_answers_at() -> None:
    """Refused by the operating system, in its words."""
    port = free_port()
    client = OutboundClient(allowed_hosts(f"localhost:{port}"), QUICK, tls=trusting_nobody())
    with pytest.raises(VendorFailed) as caught:
        async with client.open("acme") as session:
            await session.get(Request(f"http://localhost:{port}/"))
    await client.close()
    assert caught.value.reason == Reason("no-connection", said="connection refused")


async def test_the_bytes_of_a_session_are_counted_together() -> None:
    """Each answer is short enough; the third one is one too many."""
    limits = OutboundLimits(answer_bytes=1_000, session_bytes=2_500)
    async with vendor(replies(answer(b"x" * 1_000)), limits) as it:
        await it.get()
        await it.get()
        with pytest.raises(VendorFailed) as caught:
            await it.get()
        outcome = len(it.served.questions), caught.value.reason
    assert outcome == (3, Reason("answers-too-large"))


@pytest.mark.parametrize(("length", "fits"), [(1_000, True), (1_001, False)])
@pytest.mark.parametrize("packed", [False, True])
async def test_the_bound_of_an_answer_is_exact(length: int, fits: bool, packed: bool) -> None:
    """Of the decoded body."""
    body = b"x" * length
    sent = answer(gzipped(body), "Content-Encoding: gzip") if packed else answer(body)

    async def story() -> int:
        async with vendor(replies(sent), OutboundLimits(answer_bytes=1_000)) as it:
            return len((await it.get()).body)

    if fits:
        assert await story() == length
    else:
        with pytest.raises(VendorFailed, match="answer-too-large"):
            await story()


async def test_every_cut_of_a_packed_body_is_noticed() -> None:
    """At each byte, with a length that fits the cut: HTTP sees nothing wrong."""
    packed = gzipped(b'{"data": [1, 2, 3]}')
    assert zlib.decompress(packed, 31)

    cuts = [answer(packed[:place], "Content-Encoding: gzip") for place in range(len(packed))]
    async with vendor(replies(*cuts)) as it:
        for _ in cuts:
            with pytest.raises(VendorFailed, match="gzip-"):
                await it.get()
        outcome = len(it.served.questions)
    assert outcome == len(packed)


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the variables say, the vendor is asked directly; nothing of them is sent."""
    async with serving(replies(answer(b"{}"))) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://localhost:{proxy.port}")
        async with vendor(replies(answer(b"{}"))) as it:
            await it.get()
            at_proxy, at_vendor, text = proxy.connections, it.served.connections, it.served.questions[0]
    assert (at_proxy, at_vendor) == (0, 1)
    assert b"authorization" not in text.lower()


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308, 399])
async def test_no_redirect_is_followed(status: int) -> None:
    """Not even to a host that may be asked; the line names host and path, and no query."""
    async with serving(replies(answer(b"{}"))) as other:
        target = f"http://127.0.0.1:{other.port}/secret-path?token=secret"
        async with vendor(replies(head(f"{status} Away", f"Location: {target}", "Content-Length: 0"))) as it:
            with pytest.raises(VendorFailed) as caught:
                await it.get(origin=it.origin, key=KEY, key_header=BEARER)
            outcome = other.connections, len(it.served.questions), caught.value.reason
    assert outcome == (0, 1, Reason("redirected-to", target="127.0.0.1/secret-path"))


def moved(status: int, location: str) -> Behaviour:
    """Sends the first question to that place, where the port is its own, and answers the others."""
    is_first = [True]

    async def behave(reader: Reader, writer: Writer) -> None:
        port = writer.get_extra_info("sockname")[1]
        while True:
            await question(reader)
            first = head(f"{status} Moved", f"Location: {location.format(port=port)}", "Content-Length: 0")
            writer.write(first if is_first.pop() else answer(b"{}"))
            is_first.append(False)
            await writer.drain()

    return behave


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    ("asked", "location"),
    [("/v1/models?a=1", "/v1/models/"), ("/v1/models/", "http://localhost:{port}/v1/models"), ("/v1?a=1", "/v1/?a=1"), ("/v1", "v1/")],
)
async def test_a_moved_slash_is_followed(status: int, asked: str, location: str) -> None:
    """At the same origin, once, with the key and the query."""
    async with vendor(moved(status, location)) as it:
        given = await it.get(asked, origin=it.origin, key=KEY, key_header=BEARER)
        _, second = it.served.questions
    path, _, query = asked.partition("?")
    wanted = path.rstrip("/") if path.endswith("/") else f"{path}/"
    assert given.body == b"{}"
    assert second.decode().splitlines()[0] == f"GET {wanted}{'?' if query else ''}{query} HTTP/1.1"
    assert b"authorization: bearer sk-0123456789" in second.lower()


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (308, "https://localhost:{port}/v1/"),
        (308, "http://127.0.0.1:{port}/v1/"),
        (308, "http://localhost:1/v1/"),
        (308, "http://me@localhost:{port}/v1/"),
        (308, "/v2/"),
        (308, "/v1/?b=2"),
        (308, "//other/v1/"),
        (308, "/v1"),
        (303, "/v1/"),
        (300, "/v1/"),
    ],
)
async def test_only_a_slash_is_followed(status: int, location: str) -> None:
    """Another scheme, host, port, path or query is told, and not asked."""
    async with vendor(moved(status, location)) as it:
        with pytest.raises(VendorFailed, match="redirected-to"):
            await it.get("/v1?a=1", origin=it.origin, key=KEY, key_header=BEARER)
        asked = len(it.served.questions)
    assert asked == 1


async def test_a_slash_is_followed_once() -> None:
    """Two that send to each other lead nowhere."""
    first, second = (head("301 Moved", f"Location: {path}", "Content-Length: 0") for path in ("/v1/", "/v1"))
    async with vendor(replies(first, second)) as it:
        with pytest.raises(VendorFailed, match="redirected-to: target='localhost/v1'"):
            await it.get("/v1")
        asked = len(it.served.questions)
    assert asked == 2


async def test_a_session_that_is_over_asks_nothing() -> None:
    """No deadline would hold it."""
    async with vendor(replies(answer(b"{}"))) as it:
        async with it.client.open("acme") as session:
            pass
        with pytest.raises(RuntimeError, match="over"):
            await session.get(Request(it.origin))
        outcome = it.served.connections
    assert outcome == 0


async def test_errors_of_who_asks_pass() -> None:
    """Also a TimeoutError that is not the deadline's."""

    async def story(error: type[Exception]) -> None:
        async with vendor(replies(answer(b"{}"))):
            raise error

    for error in (TimeoutError, KeyError):
        with pytest.raises(error):
            await story(error)


async def test_the_loggers_are_quiet() -> None:
    """httpx and httpcore print whole addresses at INFO and DEBUG."""
    for name in ("httpx2", "httpcore2", "httpcore2.http11", "httpcore2.connection"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    await OutboundClient(allowed_hosts("")).close()
    for name in ("httpx2", "httpcore2", "httpcore2.http11", "httpcore2.connection"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)


async def test_certificates_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SSL_CERT_FILE makes no authority ours."""
    certificates = Certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    async def story(client: OutboundClient, port: int) -> int:
        async with client.open("acme") as session:
            return (await session.get(Request(f"https://localhost:{port}/"))).status

    async with serving(replies(answer(b"{}")), certificates.server("good")) as served:
        allowed = allowed_hosts(f"localhost:{served.port}")
        with pytest.raises(VendorFailed, match="certificate-untrusted"):
            await story(OutboundClient(allowed, QUICK), served.port)
        outcome = await story(OutboundClient(allowed, QUICK, tls=certificates.client()), served.port)
    assert outcome == 200
