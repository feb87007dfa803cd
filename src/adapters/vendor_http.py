"""One question to a vendor and its answer, as plain values: what provider classes speak in, and what the outbound client carries."""

from collections.abc import Mapping
from typing import Protocol

from attrs import field, frozen

from modeldesk.domain.model.values.secret import Secret


@frozen
class KeyHeader:
    """How a key travels: in this header, after this prefix (`Bearer `). Never in an address, never in a body."""

    name: str
    prefix: str = ""


@frozen
class Request:
    """A GET. `url` is absolute; `headers` hold nothing secret.

    `key` is sent in `key_header`, and only to `origin`, the origin that the key was stored for: the client refuses to dial any other.
    """

    url: str
    headers: Mapping[str, str] = field(factory=dict)
    origin: str = ""
    key_header: KeyHeader | None = None
    key: Secret | None = None


@frozen
class Response:
    """What came back: the status, the headers by lower-case name, and the decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Session(Protocol):
    """A series of asks under one deadline and one allowance of bytes."""

    async def get(self, ask: Request) -> Response:
        """The answer, whatever its status; what is worth another try (429, 5xx, a broken connection) was tried again while time allows.

        Raises VendorFailed (an address that may not be dialled, a name that does not resolve, TLS, a redirect, too many bytes, too slow).
        """
        ...
