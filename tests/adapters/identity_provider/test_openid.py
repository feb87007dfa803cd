"""OpenID Connect against a provider that is served on this machine: what is accepted, and all that is refused."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt

from modeldesk.adapters.identity_provider.discovery import LARGEST_DOCUMENT, MOST_KEYS
from modeldesk.adapters.identity_provider.openid import DOCUMENT_LIFETIME, KEYS_READ_EVERY, MOST_GROUPS
from modeldesk.domain.errors import FederatedSignInRefused, IdentityProviderUnavailable, Reason
from modeldesk.domain.model.access.federated_identity import FederatedIdentity, IdentityClaims
from tests.support.issuer import CLIENT_SECRET, SARA, rsa_key
from tests.support.sign_in_visit import CALLBACK, visit


async def test_a_person_signs_in(tmp_path: Path) -> None:
    """They are who the issuer says, by issuer and subject; metadata and keys are read once for two sign-ins."""
    async with visit(tmp_path) as at:
        for _ in range(2):
            claims = await at.sign_in()
        assert claims == IdentityClaims(FederatedIdentity(at.there.origin, "sub-of-sara"), "sara", frozenset({"ai-admins"}))
        assert at.there.asked == ["/.well-known/openid-configuration", "/token", "/keys", "/token"]


async def test_no_secret_stands_in_the_address(tmp_path: Path) -> None:
    """The state, the nonce and the challenge reveal neither each other nor the verifier."""
    async with visit(tmp_path) as at:
        flow, url = await at.begin()
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["redirect_uri"] == CALLBACK
        assert len({asked["state"], asked["nonce"], asked["code_challenge"], flow.code_verifier, flow.secret}) == 5
        assert not any(secret in url for secret in (flow.secret, flow.code_verifier, CLIENT_SECRET))


@pytest.mark.parametrize("methods", [["client_secret_post", "client_secret_basic"], ["client_secret_basic"]])
async def test_the_client_secret_is_sent_as_the_provider_takes_it(tmp_path: Path, methods: list[str]) -> None:
    """In the form or in a header, with its signs encoded; never in an address."""
    async with visit(tmp_path) as at:
        at.there.metadata["token_endpoint_auth_methods_supported"] = methods
        assert (await at.sign_in()).name == "sara"


async def test_the_name_and_the_groups_come_from_the_claims_of_the_settings(tmp_path: Path) -> None:
    """One text is one group, as Google's domain is; the e-mail address proposes a name where the claim is missing."""
    async with visit(tmp_path, name_claim="nick", groups_claims=["hd", "roles"]) as at:
        claims = await at.sign_in(
            {"sub": "s", "email": "sara@acme.example", "hd": "acme.example", "roles": ["a", 7, "b"], "groups": ["no"]}
        )
        assert (claims.name, claims.groups) == ("sara@acme.example", frozenset({"acme.example", "a", "b"}))
        assert (await at.sign_in({"sub": "s"})).name is None


async def test_groups_beyond_the_bound_are_not_read(tmp_path: Path) -> None:
    """However many a token names."""
    async with visit(tmp_path) as at:
        for many, groups in ((MOST_GROUPS - 1, {"ai-admins"}), (MOST_GROUPS, set())):
            assert (await at.sign_in({**SARA, "groups": [0] * many + ["ai-admins"]})).groups == groups


def without_key_id(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256"}, claims, rsa_key("first"))


async def test_a_token_without_a_key_id_is_by_the_only_key(tmp_path: Path) -> None:
    """That is found anew after a rotation; of several keys a token must name its own."""
    async with visit(tmp_path) as at:
        at.there.sign = without_key_id
        assert (await at.sign_in()).name == "sara"
        at.there.publishes = [rsa_key("second")]
        at.clock.forward(KEYS_READ_EVERY)
        assert await at.refusal() == "id-token-signature"
        at.there.publishes = [rsa_key("first"), rsa_key("second")]
        at.clock.forward(KEYS_READ_EVERY)
        assert await at.refusal() == "id-token-key-unknown"


async def test_new_keys_are_found(tmp_path: Path) -> None:
    """A key id that is unknown makes the keys be read again, at most once in half a minute; a key that is withdrawn signs no more."""
    async with visit(tmp_path) as at:
        await at.sign_in()
        at.clock.forward(KEYS_READ_EVERY)
        at.there.signs_with, at.there.publishes = rsa_key("second"), [rsa_key("second")]
        assert (await at.sign_in()).name == "sara"
        assert at.there.asked.count("/keys") == 2
        at.there.signs_with = rsa_key("first")
        for _ in range(3):
            assert await at.refusal() == "id-token-key-unknown"
        assert at.there.asked.count("/keys") == 2, "invented ids call nobody"
        at.clock.forward(KEYS_READ_EVERY)
        assert await at.refusal() == "id-token-key-unknown"
        assert at.there.asked.count("/keys") == 3


@pytest.mark.parametrize("passed", [DOCUMENT_LIFETIME, -timedelta(seconds=1)], ids=["an hour later", "clock back"])
async def test_metadata_and_keys_are_read_again(tmp_path: Path, passed: timedelta) -> None:
    """So that a key that was withdrawn signs no more, though its id is known."""
    async with visit(tmp_path) as at:
        await at.sign_in()
        at.clock.forward(DOCUMENT_LIFETIME - timedelta(microseconds=1))
        at.there.publishes = [rsa_key("second")]
        assert (await at.sign_in()).name == "sara"
        at.clock.now += passed - DOCUMENT_LIFETIME
        at.clock.forward(timedelta(microseconds=1) if passed < timedelta(0) else DOCUMENT_LIFETIME)
        assert await at.refusal() == "id-token-key-unknown"
        assert [at.there.asked.count(path) for path in ("/.well-known/openid-configuration", "/keys")] == [2, 2]


@pytest.mark.parametrize(
    "jwks",
    [
        json.dumps({"keys": [{"kty": "oct", "kid": "first", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]}).encode(),
        json.dumps({"keys": [{"kty": "RSA", "kid": "first", "n": "AQAB", "e": "AQAB"}]}).encode(),
        json.dumps({"keys": [{"kty": "RSA", "kid": "first"}, 7, {"kty": "new"}]}).encode(),
        json.dumps({"keys": [{**rsa_key("first").as_dict(private=False), "use": "enc"}]}).encode(),
    ],
    ids=["symmetric", "weak", "broken", "for encryption"],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_keys_that_must_not_verify_do_not(tmp_path: Path, jwks: bytes) -> None:
    """Whatever the provider publishes under that id."""
    async with visit(tmp_path) as at:
        at.there.jwks = jwks
        assert await at.refusal() == "id-token-key-unknown"


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_a_weak_key_verifies_nothing(tmp_path: Path) -> None:
    """Not even what it has signed."""
    async with visit(tmp_path) as at:
        at.there.signs_with, at.there.publishes = rsa_key("weak", 1024), [rsa_key("weak", 1024)]
        assert await at.refusal() == "id-token-key-unknown"


@pytest.mark.parametrize(
    "jwks",
    [b"{" + b" " * LARGEST_DOCUMENT + b"}", json.dumps({"keys": [{}] * (MOST_KEYS + 1)}).encode(), b"[" * 100_000, b"not json", b"{}"],
    ids=["large", "many", "deep", "no json", "no keys"],
)
async def test_keys_that_cannot_be_read_are_an_outage(tmp_path: Path, jwks: bytes) -> None:
    """Nobody signs in, and nothing breaks."""
    async with visit(tmp_path) as at:
        at.there.jwks = jwks
        with pytest.raises(IdentityProviderUnavailable):
            await at.sign_in()


async def test_a_code_is_good_once_and_for_its_own_flow(tmp_path: Path) -> None:
    """Replayed, or with the verifier of another flow, the provider refuses it; an answer without a code says that it did not sign anybody in."""
    async with visit(tmp_path) as at:
        flow, url = await at.begin()
        query = at.there.authorize(url)
        await at.finish(flow, query)
        other, _ = await at.begin()
        again, url = await at.begin()
        for used, answer, code in (
            (flow, query, "code-refused"),
            (other, at.there.authorize(url), "code-refused"),
            (again, f"error=access_denied&iss={at.there.origin}", "denied-by-provider"),
            (again, f"error=access_denied&code=x&iss={at.there.origin}", "denied-by-provider"),
            (again, at.there.authorize(url).replace("iss=", "other="), "answer-of-another-issuer"),
            (again, f"code=x&iss={at.there.origin}/", "answer-of-another-issuer"),
        ):
            with pytest.raises(FederatedSignInRefused) as refused:
                await at.finish(used, answer)
            assert refused.value.reason.code == code


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b'{"error": "invalid_client", "error_description": "s3cret"}', "invalid_client"),
        (b'{"error": "client s3cret is wrong"}', "400"),
        (b'{"error": "' + b"s" * 41 + b'"}', "400"),
        (b'{"error": ["invalid_grant"]}', "400"),
        (b"[]", "400"),
        (b"s3cret", "400"),
    ],
)
async def test_an_error_of_the_provider_is_shown_where_it_is_a_code(tmp_path: Path, answer: bytes, error: str) -> None:
    """Else its status: whatever the provider adds may quote what was sent."""
    async with visit(tmp_path) as at:
        at.there.refuses_codes_with = answer
        with pytest.raises(FederatedSignInRefused) as refused:
            await at.sign_in()
        assert refused.value.reason == Reason("code-refused", error=error)


async def test_a_provider_that_is_down_is_not_asked_by_every_visitor(tmp_path: Path) -> None:
    """The failure is remembered for some seconds; then it works again."""
    async with visit(tmp_path) as at:
        at.there.is_down = True
        for _ in range(3):
            with pytest.raises(IdentityProviderUnavailable) as failed:
                await at.begin()
        assert failed.value.reason.code == "vendor-status"
        assert len(at.there.asked) == 2, "one call, and one more try"
        at.there.is_down = False
        at.clock.forward(timedelta(seconds=5))
        assert (await at.sign_in()).name == "sara"


async def test_the_calls_of_a_sign_in_have_one_deadline(tmp_path: Path) -> None:
    """Each of them alone is in time; a visitor who waits for another one's call has no more time either."""
    async with visit(tmp_path, answers_within=1.3) as at:
        at.there.waits = 0.7
        (flow, url), *_ = await asyncio.gather(at.begin(), at.begin())
        assert len(at.there.asked) == 1
        with pytest.raises(IdentityProviderUnavailable) as failed:
            await at.finish(flow, at.there.authorize(url))
        assert failed.value.reason.code == "no-answer-within"
        assert at.there.asked[1:] == ["/token"], "the keys are not answered in time"
        at.there.waits = 0
        at.clock.forward(timedelta(seconds=5))
        assert (await at.sign_in()).name == "sara"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("issuer", "https://evil.example"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("end_session_endpoint", "ftp://x"),
        ("jwks_uri", 7),
    ],
)
async def test_metadata_that_does_not_fit_is_not_used(tmp_path: Path, member: str, value: object) -> None:
    """Of another issuer, or with an address at which a browser has no business."""
    async with visit(tmp_path) as at:
        at.there.metadata[member] = value
        with pytest.raises(IdentityProviderUnavailable):
            await at.begin()


async def test_hosts_inside_the_company_are_called_only_where_that_is_allowed(tmp_path: Path) -> None:
    """The addresses that a provider names pass the same guard as every other call."""
    async with visit(tmp_path) as at:
        at.there.metadata["token_endpoint"] = "http://127.0.0.2:9/token"
        with pytest.raises(IdentityProviderUnavailable) as failed:
            await at.sign_in()
        assert failed.value.reason.code == "http-forbidden"


async def test_signing_out_there_leads_back(tmp_path: Path) -> None:
    """Where the provider has a page for it."""
    async with visit(tmp_path) as at:
        url = await at.here.sign_out_url(at.provider, "https://desk.example/admin/sign-in")
        assert url == f"{at.there.origin}/end?client_id=modeldesk&post_logout_redirect_uri=https%3A%2F%2Fdesk.example%2Fadmin%2Fsign-in"
    async with visit(tmp_path) as at:
        at.there.metadata["end_session_endpoint"] = None
        assert await at.here.sign_out_url(at.provider, "https://desk.example/") is None
