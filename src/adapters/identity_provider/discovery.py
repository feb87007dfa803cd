"""What an issuer publishes about itself: its addresses (OpenID Connect Discovery) and its keys (RFC 7517)."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key
from msgspec import Struct

from modeldesk.adapters.identity_provider.secret_texts import secret_text
from modeldesk.adapters.vendor_http import Request, Response, Session
from modeldesk.domain.errors import Reason

LARGEST_DOCUMENT = 256 * 1024
"""Bytes. Keycloak publishes 7 KiB, Google 2 KiB of keys."""

MOST_KEYS = 100
SHORTEST_RSA_KEY = 2048
KEY_TYPES = ("RSA", "EC")
HTTP_OK = 200
WELL_KNOWN = "/.well-known/openid-configuration"


Document = TypeVar("Document", bound=msgspec.Struct)


class BrokenDocument(Exception):
    """A document that cannot be used. The reason is for the log."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(str(reason))


class Metadata(Struct, frozen=True):
    """The addresses of an issuer. `sends_issuer`: its answers name it, so one that does not is refused (RFC 9207)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None
    sends_issuer: bool
    takes_basic: bool


class _Document(msgspec.Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    authorization_response_iss_parameter_supported: bool = False
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _KeyHead(msgspec.Struct):
    kty: str = ""
    kid: str = ""
    use: str = "sig"


class _Keys(msgspec.Struct):
    keys: list[msgspec.Raw]


async def read_metadata(session: Session, issuer: str) -> Metadata:
    """The metadata of the issuer. Raises BrokenDocument, VendorFailed."""
    answer = await session.get(Request(issuer.rstrip("/") + WELL_KNOWN))
    document = decoded(answer, _Document)
    if document.issuer != issuer:
        raise BrokenDocument(Reason("issuer-names-another", found=document.issuer[:200]))
    for url in (document.authorization_endpoint, document.end_session_endpoint):
        # A browser is sent there: no script, and nothing less safe than the issuer itself.
        if url is not None and not _is_web_address(url, may_be_http=issuer.startswith("http://")):
            raise BrokenDocument(Reason("issuer-address-unfit"))
    return Metadata(
        authorization_endpoint=document.authorization_endpoint,
        token_endpoint=document.token_endpoint,
        jwks_uri=document.jwks_uri,
        end_session_endpoint=document.end_session_endpoint,
        sends_issuer=document.authorization_response_iss_parameter_supported,
        takes_basic="client_secret_post" not in document.token_endpoint_auth_methods_supported,
    )


async def read_keys(session: Session, jwks_uri: str) -> Mapping[str, bytes]:
    """The keys that may sign, still as JSON, by their id. Raises BrokenDocument, VendorFailed."""
    found = decoded(await session.get(Request(jwks_uri)), _Keys).keys
    if len(found) > MOST_KEYS:
        raise BrokenDocument(Reason("issuer-keys-too-many", most=MOST_KEYS))
    keys = dict[str, bytes]()
    for raw in found:
        try:
            head = msgspec.json.decode(raw, type=_KeyHead)
        except msgspec.MsgspecError:
            continue  # one key of a kind that we do not know is no reason to refuse the others
        if head.kty in KEY_TYPES and head.use == "sig":
            keys[head.kid] = bytes(raw)
    return keys


def verifying_key(raw: bytes) -> Key | None:
    """The key; None for one that is broken or too weak."""
    try:
        key = JWKRegistry.import_key(msgspec.json.decode(raw))
        public = key.get_op_key("verify")
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if getattr(public, "key_size", 0) < (SHORTEST_RSA_KEY if key.key_type == "RSA" else 0) else key


def decoded(answer: Response, kind: type[Document]) -> Document:
    """The document of the answer. Raises BrokenDocument."""
    if answer.status != HTTP_OK:
        raise BrokenDocument(Reason("vendor-status", status=answer.status))
    if len(answer.body) > LARGEST_DOCUMENT:
        raise BrokenDocument(Reason("issuer-document-too-large", kibibytes=LARGEST_DOCUMENT // 1024))
    try:
        return msgspec.json.decode(answer.body, type=kind, dec_hook=secret_text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BrokenDocument(Reason("issuer-document-unreadable")) from None


def _is_web_address(url: str, *, may_be_http: bool) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    schemes = ("https", "http") if may_be_http else ("https",)
    return (
        parts.scheme in schemes
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and url.isascii()
        and url.isprintable()
        and " " not in url
    )
