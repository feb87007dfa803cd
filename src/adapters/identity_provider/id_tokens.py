"""Verifying ID tokens (OpenID Connect Core 1.0, section 3.1.3.7)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import Key
from msgspec import Struct

from modeldesk.domain.errors import FederatedSignInRefused, Reason
from modeldesk.domain.model.access.federated_identity import LONGEST_SUBJECT

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a private key. With `none` nobody has signed, and with HS256 whoever knows the key, which may be the public one."""

CLOCK_SKEW = timedelta(minutes=2)
"""How far the clocks of an issuer and of this machine may differ."""

LONGEST_TOKEN = 64 * 1024
LONGEST_KEY_ID = 200

KeyById = Callable[[str], Awaitable[Key | None]]
"""The key of this id. Of an empty one, the issuer's only key: with several, a token must name its own (OpenID Connect Core, section 10.1)."""


class ExpectedToken(Struct, frozen=True):
    """What a token must say to be meant for this sign-in."""

    issuer: str
    client_id: str
    nonce: str


async def verified_claims(token: str, expected: ExpectedToken, key_by_id: KeyById, now: datetime) -> Mapping[str, Any]:
    """The claims of a token that the issuer signed, for us and for this sign-in. Raises FederatedSignInRefused."""
    if len(token) > LONGEST_TOKEN:
        raise FederatedSignInRefused(Reason("id-token-unreadable"))
    try:
        header = jws.extract_compact(token.encode("utf-8", "surrogatepass")).headers()
    except (JoseError, ValueError, RecursionError):
        raise FederatedSignInRefused(Reason("id-token-unreadable")) from None
    if header.get("alg") not in ALGORITHMS:
        raise FederatedSignInRefused(Reason("id-token-algorithm"))
    key_id = header.get("kid", "")
    key = await key_by_id(key_id) if isinstance(key_id, str) and len(key_id) <= LONGEST_KEY_ID else None
    if key is None:
        raise FederatedSignInRefused(Reason("id-token-key-unknown"))
    try:
        claims = jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, TypeError, RecursionError):
        raise FederatedSignInRefused(Reason("id-token-signature")) from None
    _require_claims(claims, expected, now)
    return claims


def _require_claims(claims: dict[str, Any], expected: ExpectedToken, now: datetime) -> None:
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(CLOCK_SKEW.total_seconds()),
        iss={"essential": True, "value": expected.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": expected.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": expected.nonce},
    )
    try:
        registry.validate(claims)
    except ExpiredTokenError:
        raise FederatedSignInRefused(Reason("id-token-expired")) from None
    except (InvalidClaimError, MissingClaimError) as error:
        raise FederatedSignInRefused(Reason("id-token-claim", claim=str(getattr(error, "claim", None) or "?")[:40])) from None
    # With several audiences, the one that asked for the token is named.
    is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (is_for_several or "azp" in claims) and claims.get("azp") != expected.client_id:
        raise FederatedSignInRefused(Reason("id-token-claim", claim="azp"))
    subject = claims["sub"]
    if len(subject) > LONGEST_SUBJECT or not (subject.isascii() and subject.isprintable()):  # OpenID Connect Core, section 2
        raise FederatedSignInRefused(Reason("id-token-claim", claim="sub"))
