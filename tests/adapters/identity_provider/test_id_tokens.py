"""ID tokens of a provider that is served on this machine: only one that its issuer signed, for Modeldesk and for this sign-in, is accepted."""

import base64
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt

from modeldesk.adapters.identity_provider.id_tokens import CLOCK_SKEW, LONGEST_TOKEN
from tests.support.issuer import SARA, rsa_key
from tests.support.sign_in_visit import visit


def claim(name: str, value: object) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def change(_header: dict[str, Any], claims: dict[str, Any]) -> None:
        claims[name] = value
        if value is None:
            del claims[name]

    return change


SKEW = int(CLOCK_SKEW.total_seconds())


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("aud", "another", "id-token-claim"),
        ("aud", ["another"], "id-token-claim"),
        ("aud", ["modeldesk", "another"], "id-token-claim"),
        ("aud", None, "id-token-claim"),
        ("azp", "another", "id-token-claim"),
        ("iss", "https://evil.example", "id-token-claim"),
        ("iss", None, "id-token-claim"),
        ("nonce", "of another sign-in", "id-token-claim"),
        ("nonce", None, "id-token-claim"),
        ("sub", "", "id-token-claim"),
        ("sub", 7, "id-token-claim"),
        ("sub", "x" * 256, "id-token-claim"),
        ("sub", "sub\x00", "id-token-claim"),
        ("sub", "\u202esub", "id-token-claim"),
        ("iat", None, "id-token-claim"),
        ("exp", None, "id-token-claim"),
        ("exp", "tomorrow", "id-token-claim"),
    ],
)
async def test_a_token_for_something_else_is_refused(tmp_path: Path, name: str, value: object, code: str) -> None:
    """Another audience, issuer or sign-in, or a claim that is missing, or that no database can store."""
    async with visit(tmp_path) as at:
        at.there.change = claim(name, value)
        assert await at.refusal() == code


@pytest.mark.parametrize(
    ("name", "off", "code"), [("exp", -SKEW, "id-token-expired"), ("nbf", SKEW + 1, "id-token-claim"), ("iat", SKEW + 1, "id-token-claim")]
)
async def test_clocks_may_differ_by_two_minutes(tmp_path: Path, name: str, off: int, code: str) -> None:
    """Within them a token is good; a second beyond them it has expired, or is not valid yet."""
    assert SKEW == 120
    async with visit(tmp_path) as at:
        now = int(at.clock().timestamp())
        at.there.change = claim(name, now + off)
        assert await at.refusal() == code
        at.there.change = claim(name, now + (off + 1 if off < 0 else off - 1))
        assert (await at.sign_in()).identity.subject == "sub-of-sara"


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{_part({**header, 'alg': 'none'})}.{_part(claims)}."


def by_public_key(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """HS256, with the published key as the secret: what libraries fell for. Made by hand, since the library signs no such thing."""
    signed = f"{_part({**header, 'alg': 'HS256'})}.{_part(claims)}"
    return f"{signed}.{_base64(hmac.digest(rsa_key('first').as_pem(private=False), signed.encode(), 'sha256'))}"


def _part(content: dict[str, Any]) -> str:
    return _base64(json.dumps(content).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_another(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode(header, claims, rsa_key("another"))


def with_broken_signature(header: dict[str, Any], claims: dict[str, Any]) -> str:
    head, body, _ = jwt.encode(header, claims, rsa_key("first")).split(".")
    return f"{head}.{body}.AAAA"


@pytest.mark.parametrize(
    ("sign", "code"),
    [
        (unsigned, "id-token-algorithm"),
        (by_public_key, "id-token-algorithm"),
        (by_another, "id-token-signature"),
        (with_broken_signature, "id-token-signature"),
        (lambda header, claims: jwt.encode({**header, "kid": "k" * 201}, claims, rsa_key("first")), "id-token-key-unknown"),
        (lambda *_: "", "id-token-unreadable"),
        (lambda *_: "a.b.c", "id-token-unreadable"),
        (lambda *_: "x" * 70_000, "id-token-unreadable"),
    ],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_a_token_that_the_issuer_did_not_sign_is_refused(tmp_path: Path, sign: Any, code: str) -> None:
    """Unsigned, signed by the public key, by another key, or naming no key."""
    async with visit(tmp_path) as at:
        at.there.sign = sign
        assert await at.refusal() == code


async def test_a_token_or_a_key_id_that_is_too_long_calls_nobody(tmp_path: Path) -> None:
    """Even where the issuer signed it."""
    async with visit(tmp_path) as at:
        assert await at.refusal({**SARA, "picture": "x" * LONGEST_TOKEN}) == "id-token-unreadable"
        at.there.signs_with = rsa_key("k" * 201)
        assert await at.refusal() == "id-token-key-unknown"
        assert "/keys" not in at.there.asked
