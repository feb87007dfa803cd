"""Requests to vendors and their responses as plain values, shared by provider classes and the outbound client."""

from collections.abc import Mapping
from typing import Protocol

from attrs import field
from msgspec import Struct

from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.records import frozen


class KeyHeader(Struct, frozen=True):
    """The header that carries a key, and the prefix before it (`Bearer `). A key is never sent in a URL or a body.

    `is_basic`: the key is `user:password`, and is sent in base64 (RFC 7617).
    """

    name: str
    prefix: str = ""
    is_basic: bool = False


class Request(Struct, frozen=True):
    """What is asked of a vendor. `url` is absolute; `headers` contain no secrets.

    `key` is sent in `key_header`, and only to `origin`, which the key was stored for. The client refuses any other origin.
    """

    url: str
    headers: Mapping[str, str] = {}
    origin: str = ""
    key_header: KeyHeader | None = None
    key: Secret | None = None


@frozen
class Response:
    """A response: status, headers by lower-case name, and decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Session(Protocol):
    """Requests with a common deadline and a common limit of bytes."""

    async def get(self, request: Request) -> Response:
        """The response, whatever its status. Temporary failures (429, 5xx, a broken connection) are retried while time allows.

        Raises VendorFailed: forbidden address, unknown host, TLS failure, redirect, response too large, or deadline passed.
        """
        ...


class FormSession(Session, Protocol):
    """A session that also sends forms."""

    async def submit(self, request: Request, form: bytes) -> Response:
        """Sends an encoded form once, and returns the response, whatever its status. Raises VendorFailed as `get`."""
        ...
