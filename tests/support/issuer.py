"""An identity provider on this machine, as honest or as hostile as a test wants it."""

import asyncio
import base64
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from attrs import define, field
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.support.manual_clock import ManualClock

CLIENT_ID, CLIENT_SECRET = "modeldesk", "client+secret/0123456789"
ENTRY: dict[str, Any] = {
    "id": "company",
    "name": "Acme Login",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "super_groups": ["ai-admins"],
    "normal_groups": ["ai-users"],
}
SARA: dict[str, Any] = {"sub": "sub-of-sara", "preferred_username": "sara", "groups": ["ai-admins"]}


@cache
def rsa_key(kid: str, size: int = 2048) -> RSAKey:
    """Made once a process, since primes take a while."""
    return RSAKey.generate_key(size, {"kid": kid, "use": "sig"})


Change = Callable[[dict[str, Any], dict[str, Any]], None]
"""Changes the header and the claims of a token."""


def unchanged(_header: dict[str, Any], _claims: dict[str, Any]) -> None:
    """As an honest provider signs it."""


@define
class Issuer:
    """`change` spoils the next tokens, `publishes` are the keys that are published, `signs_with` is the one that signs. `waits` are seconds before each answer."""

    origin: str
    clock: ManualClock
    signs_with: RSAKey = field(factory=lambda: rsa_key("first"))
    publishes: list[RSAKey] = field(factory=lambda: [rsa_key("first")])
    change: Change = unchanged
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    jwks: bytes | None = None
    metadata: dict[str, Any] = field(factory=dict)
    takes_codes_twice: bool = False
    refuses_codes_with: bytes | None = None
    is_down: bool = False
    waits: float = 0
    asked: list[str] = field(factory=list)
    codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = field(factory=dict)

    def authorize(self, url: str, person: dict[str, Any] = SARA) -> str:
        """What a browser is sent back with, after `person` has signed in at this address."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert url.startswith(f"{self.origin}/authorize?"), url
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT_ID, "S256")
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = (asked, person)
        return urlencode({"code": code, "state": asked["state"], "iss": self.origin})

    def answer(self, path: str, headers: dict[str, str], form: bytes) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        self.asked.append(path)
        if self.is_down:
            return 503, b"down"
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps(self._metadata()).encode()
        if path == "/keys":
            return 200, self.jwks or json.dumps({"keys": [key.as_dict(private=False) for key in self.publishes]}).encode()
        if path == "/token":
            return self._token(headers, {name: values[0] for name, values in parse_qs(form.decode()).items()})
        return 404, b"{}"

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/keys",
            "end_session_endpoint": f"{self.origin}/end",
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }

    def _token(self, headers: dict[str, str], form: dict[str, str]) -> tuple[int, bytes]:
        secret = base64.b64encode(b"modeldesk:client%2Bsecret%2F0123456789").decode()
        if headers.get("authorization") != f"Basic {secret}" and form.get("client_secret") != CLIENT_SECRET:
            return 401, b'{"error": "invalid_client"}'
        found = self.codes.get(form["code"]) if self.takes_codes_twice else self.codes.pop(form["code"], None)
        if found is None or self.refuses_codes_with:
            return 400, self.refuses_codes_with or b'{"error": "invalid_grant"}'
        asked, person = found
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if (challenge, form["redirect_uri"]) != (asked["code_challenge"], asked["redirect_uri"]):
            return 400, b'{"error": "invalid_grant"}'
        now = int(self.clock.now.timestamp())
        claims = {"iss": self.origin, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **person}
        header = {"alg": "RS256", "kid": self.signs_with.kid}
        self.change(header, claims)
        token = self.sign(header, claims) if self.sign else jwt.encode(header, claims, self.signs_with)
        return 200, json.dumps({"access_token": "a", "token_type": "Bearer", "id_token": token}).encode()


@asynccontextmanager
async def issuer(clock: ManualClock, listening: socket.socket | None = None) -> AsyncIterator[Issuer]:
    """A provider on a free port of the loopback, for as long as it is needed. Whoever must know the port before brings a socket."""
    listening = listening or socket.create_server(("127.0.0.1", 0))
    running, answering = Issuer(origin_of(listening), clock), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(cast("asyncio.Task[None]", asyncio.current_task()))
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            named = (line.partition(":") for line in head[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in named}
            form = await reader.readexactly(int(headers.get("content-length", 0)))
            await asyncio.sleep(running.waits)
            status, body = running.answer(head[0].split(" ")[1], headers, form)
            lines = [f"HTTP/1.1 {status} It", "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close", "", ""]
            writer.write("\r\n".join(lines).encode() + body)
            await writer.drain()
        finally:
            writer.close()

    async with await asyncio.start_server(serve, sock=listening):
        yield running
        await asyncio.gather(*answering, return_exceptions=True)  # a visitor may have left before the answer


def origin_of(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def providers_file(folder: Path, *entries: dict[str, Any]) -> Path:
    """A file of providers, as the settings name it."""
    file = folder / "oidc.json"
    file.write_text(json.dumps({"providers": entries}), encoding="utf-8")
    file.chmod(0o600)
    return file
