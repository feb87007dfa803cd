"""A vendor that says the key that it was sent back."""

import asyncio
import base64
import json
import socket
from typing import Any
from urllib.parse import quote


class EchoingVendor:
    """Says the key that it was sent back, each time in another way: in bodies, headers, its status line, an address; good lists among them."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.asked = 0

    async def serve(self) -> asyncio.Server:
        return await asyncio.start_server(self._answer, sock=self.socket)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        sent = next((headers[name] for name in ("authorization", "x-api-key", "x-goog-api-key") if name in headers), "none sent")
        writer.write(self._echo(sent.removeprefix("Bearer ")))
        await writer.drain()
        writer.close()

    def _echo(self, key: str) -> bytes:
        self.asked += 1
        packed = base64.b64encode(f"key={key};".encode()).decode()
        good = {"data": [{"id": "gpt-5"}, {"id": "command-r"}], "models": [{"name": "gemini-3"}]}
        ways: list[tuple[str, Any]] = [
            ("200 OK", good),
            ("401 Unauthorized", {"error": {"message": f"Incorrect API key provided: {key}."}}),
            ("500 Oops", {"error": {"message": f"trace: {packed} {key.encode().hex()} {quote(key, safe='')}"}}),
            (f"403 {key}", f"<html>{key}</html>"),
            ("429 Slow", {"message": f"key {key[:20]}… of {key[-20:]}"}),
            ("200 OK", '{"data": ["' + key),
            ("302 Found", {"detail": key.upper()}),
            ("400 Bad", {"errors": [{"message": key[::-1]}]}),
        ]
        status, said = ways[self.asked % len(ways)]
        body = (said if isinstance(said, str) else json.dumps(said)).encode()
        echoes = f"X-Echo: {key}\r\nSet-Cookie: k={packed}\r\nLocation: https://elsewhere.example/?key={quote(key, safe='')}"
        return f"HTTP/1.1 {status}\r\n{echoes}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
