"""The hostile vendors of the outbound client: each is one way to be slow, endless, untrue or no HTTP at all. They fill `hostile.HOSTILE`."""

import asyncio
import os
import zlib

from tests.support.hostile_server import (
    EARLY,
    MIB,
    NO_HTTP,
    SLOW,
    TOO_LONG,
    Behaviour,
    Reader,
    Writer,
    forever,
    gzipped,
    head,
    hostile,
    question,
    reset,
    silence,
    trickle,
)
from tests.support.hostile_server import says as says_bytes

CHUNKED = head("200 OK", "Transfer-Encoding: chunked")
ENDLESS = head("200 OK")
"""Without a length an answer ends with its connection (RFC 9112, 6.3)."""

GZIP = "Content-Encoding: gzip"
BROKEN_OFF = "the connection (broke|was closed before an answer)|no connection"


def says(name: str, reported: str, *sent: bytes, tls: str | None = None) -> None:
    """A vendor that hears the question, sends these bytes and closes."""
    behave: Behaviour = says_bytes(*sent)
    behave.__name__ = name
    hostile(reported, tls)(behave)


def goes_on(name: str, reported: str, first: bytes, then: bytes, tls: str | None = None) -> None:
    """A vendor that sends `first`, and `then` for ever."""

    async def behave(reader: Reader, writer: Writer) -> None:
        await question(reader)
        writer.write(first)
        await forever(writer, then)

    behave.__name__ = name
    hostile(reported, tls)(behave)


# Sizes.
goes_on("ten_gigabytes", TOO_LONG, ENDLESS, b"x" * MIB)
goes_on("ten_gigabytes_as_promised", TOO_LONG, head("200 OK", "Content-Length: 10737418240"), b"x" * MIB)
goes_on("endless_chunks", TOO_LONG, CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n")
goes_on("a_byte_a_chunk", f"{TOO_LONG}|{SLOW}", CHUNKED, b"1\r\nx\r\n" * 10_000)
goes_on("gzip_of_nothing", f"{TOO_LONG}|{SLOW}", head("200 OK", GZIP) + gzipped(b"")[:10], b"\0\0\0\xff\xff" * 10_000)
goes_on("endless_headers", NO_HTTP, b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 1_000)
goes_on("one_endless_header", NO_HTTP, b"HTTP/1.1 200 OK\r\nX-Long: ", b"x" * 4_096)
goes_on("endless_folding", NO_HTTP, b"HTTP/1.1 200 OK\r\nX-Fold: a\r\n", b" and on\r\n" * 1_000)
goes_on("endless_status_line", NO_HTTP, b"HTTP/1.1 200 ", b"O" * 4_096)
goes_on("flood_of_1xx", "more than 128 KiB came before the answer", b"", head("103 Early Hints", "Link: </x>") * 100)
goes_on("endless_chunk_extension", NO_HTTP, CHUNKED + b"5;", b"x" * 4_096)
goes_on("endless_trailers", NO_HTTP, CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-More: and more\r\n" * 1_000)
says("five_thousand_headers", "more than 256 headers", head("200 OK", *(f"X-{i}: {i}" for i in range(5_000)), "Content-Length: 0"))

# Encodings.
says("stacked_encodings", "encoded more than once", head("200 OK", "Content-Encoding: gzip, gzip"), gzipped(gzipped(b"{}")))
says("stacked_in_two_headers", "encoded more than once", head("200 OK", GZIP, GZIP), gzipped(gzipped(b"{}")))
says("brotli", "an encoding other than gzip", head("200 OK", "Content-Encoding: br"), b"\x0b\x00\x80{}\x03")
says("gzip_in_name_only", "gzip encoding of the answer is broken", head("200 OK", GZIP), b"{}" * 40)
says("gzip_cut", "gzip encoding of the answer ended early", head("200 OK", GZIP), gzipped(os.urandom(1_000))[:500])
says("gzip_with_a_tail", "goes on after the end", head("200 OK", GZIP), gzipped(b"{}") + b"and more")
says("gzip_of_no_bytes", "gzip encoding of the answer ended early", head("200 OK", GZIP))


@hostile(TOO_LONG)
async def gzip_bomb(reader: Reader, writer: Writer) -> None:
    """A thousandfold: zeros without end."""
    await question(reader)
    writer.write(head("200 OK", GZIP))
    packer = zlib.compressobj(9, wbits=31)
    while True:
        writer.write(packer.compress(bytes(MIB)) + packer.flush(zlib.Z_SYNC_FLUSH))
        await writer.drain()
        await asyncio.sleep(0)  # this server shares its loop with the client


# Lengths that are not so, and what is no HTTP.
says("shorter_than_promised", EARLY, head("200 OK", "Content-Length: 1000"), b"{}")
says("chunks_cut", EARLY, CHUNKED, b"10\r\n{}")
says("chunks_without_their_end", EARLY, CHUNKED, b"2\r\n{}\r\n")
says("chunks_of_garbage", NO_HTTP, CHUNKED, b"ZZZ\r\nnothing\r\n")
says("chunk_of_enormous_size", f"{EARLY}|{NO_HTTP}", CHUNKED, b"FFFFFFFFFFFFFFFFFFFF\r\n{}")
says("two_lengths", NO_HTTP, head("200 OK", "Content-Length: 2", "Content-Length: 3"), b"{}x")
says("negative_length", NO_HTTP, head("200 OK", "Content-Length: -1"), b"{}")
says("http_0_9", NO_HTTP, b"<html>\r\n<p>hello</p>\r\n\r\n")
says("not_a_letter_of_http", NO_HTTP, os.urandom(2_000) + b"\r\n\r\n")
says("speaks_http_2", NO_HTTP, b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64\r\n\r\n")
says("nul_in_a_header", NO_HTTP, head("200 OK", "X-Nul: a\0b"), b"{}")
says("status_of_four_digits", NO_HTTP, head("2000 OK"))
says("status_of_no_meaning", "status 999", head("999 Denied", "Content-Length: 0"))
says("another_protocol", NO_HTTP, head("101 Switching Protocols", "Upgrade: other", "Connection: Upgrade"), b"\1\2\3")
says("closes_without_a_word", "closed before an answer", b"")
says("half_a_head", "closed before an answer|not valid", b"HTTP/1.1 200 OK\r\nContent-Ty")


@hostile("closed before an answer")
async def half_closed(reader: Reader, writer: Writer) -> None:
    """Says that nothing more will come, and keeps the other half open."""
    await question(reader)
    writer.write_eof()
    await silence()


@hostile(BROKEN_OFF)
async def reset_at_once(reader: Reader, writer: Writer) -> None:
    reset(writer)


@hostile("the connection broke|ended early")
async def reset_in_the_body(reader: Reader, writer: Writer) -> None:
    await question(reader)
    writer.write(head("200 OK", "Content-Length: 1000") + b"{")
    await writer.drain()
    await asyncio.sleep(0.05)
    reset(writer)


# Time.
@hostile("no answer within")
async def never_answers(reader: Reader, writer: Writer) -> None:
    await question(reader)
    await silence()


@hostile("no answer within")
async def does_not_even_listen(reader: Reader, writer: Writer) -> None:
    await silence()


@hostile("no answer within")
async def drips_its_head(reader: Reader, writer: Writer) -> None:
    await question(reader)
    await trickle(writer, head("200 OK", "X-Slow: " + "x" * 10_000))


@hostile("the answer did not end within")
async def drips_its_body(reader: Reader, writer: Writer) -> None:
    await question(reader)
    writer.write(head("200 OK", "Content-Length: 10000"))
    await trickle(writer, b"x" * 10_000)


@hostile("the answer did not end within")
async def stops_in_the_middle(reader: Reader, writer: Writer) -> None:
    await question(reader)
    writer.write(head("200 OK", "Content-Length: 10000") + b"{")
    await silence()


# Redirects.
METADATA = "http://169.254.169.254/latest/meta-data/?token=secret"
says("redirect_to_metadata", r"redirects to 169\.254\.169\.254/\S+, which", head("302 Found", f"Location: {METADATA}", "Content-Length: 0"))
says("redirect_for_ever", "redirects to localhost/v1/models, which", head("307 Temporary Redirect", "Location: /v1/models?again=1"))
says("redirect_to_a_file", "redirects to another place", head("301 Moved", "Location: file:///etc/passwd"))
says("redirect_nowhere", "redirects to another place", head("308 Permanent Redirect"))
says("redirect_to_garbage", "redirects to another place", head("302 Found", "Location: https://[::1"))


@hostile(r"redirects to (\*{4}\.evil\.example/\*{4}|another place), which")
async def redirect_with_what_we_sent(reader: Reader, writer: Writer) -> None:
    """Puts our key into the host, the path and the query of the target, hoping for a log."""
    sent = (await question(reader)).decode().partition("Bearer ")[2].partition("\r\n")[0]
    writer.write(head("302 Found", f"Location: https://{sent}.evil.example/{sent}?{sent}", "Content-Length: 0"))
    await writer.drain()


# TLS.
says("certificate_of_its_own", "certificate is not trusted: self-signed certificate", b"", tls="self_signed")
says("certificate_out_of_date", "certificate is not trusted: certificate has expired", b"", tls="expired")
says("certificate_of_another_host", "certificate is not trusted: Hostname mismatch", b"", tls="of_another_host")
says("tls_of_the_last_century", "TLS failed|no connection", b"", tls="old_tls")
goes_on("ten_gigabytes_in_tls", TOO_LONG, ENDLESS, b"x" * MIB, tls="good")


@hostile("(no answer within|no connection in time)", tls="none")
async def slow_tls(reader: Reader, writer: Writer) -> None:
    """Takes the connection, and never shakes hands."""
    await silence()


@hostile("(no answer within|no connection in time)", tls="none")
async def drips_its_handshake(reader: Reader, writer: Writer) -> None:
    await trickle(writer, b"\x16\x03\x03\x40\x00" + b"\x02" * 10_000)


@hostile("TLS failed: wrong version number", tls="none")
async def plain_where_tls_is_due(reader: Reader, writer: Writer) -> None:
    writer.write(head("200 OK", "Content-Length: 2") + b"{}")
    await writer.drain()
    await reader.read()


@hostile("the answer did not end within", tls="good")
async def drips_in_tls(reader: Reader, writer: Writer) -> None:
    await question(reader)
    writer.write(head("200 OK", "Content-Length: 10000"))
    await trickle(writer, b"x" * 10_000)


@hostile("the connection broke|ended early", tls="good")
async def reset_in_tls(reader: Reader, writer: Writer) -> None:
    await question(reader)
    writer.write(head("200 OK", "Content-Length: 1000") + b"{")
    await writer.drain()
    await asyncio.sleep(0.05)
    reset(writer)
