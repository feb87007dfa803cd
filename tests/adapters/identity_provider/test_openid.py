"""OpenID Connect against a provider that is served on this machine: what is accepted, and all that is refused."""

import base64
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt

from modeldesk.adapters.identity_provider.discovery import LARGEST_DOCUMENT, MOST_KEYS
from modeldesk.adapters.identity_provider.from_file import identity_providers
from modeldesk.adapters.identity_provider.id_tokens import CLOCK_SKEW
from modeldesk.adapters.identity_provider.openid import KEYS_READ_EVERY, OpenIdProviders
from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient, OutboundLimits
from modeldesk.domain.errors import FederatedSignInRefused, IdentityProviderUnavailable
from modeldesk.domain.model.access.federated_identity import FederatedIdentity, IdentityClaims
from modeldesk.domain.model.access.sign_in_flow import ProviderAnswer, SignInFlow, new_flow
from tests.support.issuer import CLIENT_SECRET, ENTRY, SARA, Issuer, issuer, providers_file, rsa_key
from tests.support.manual_clock import ManualClock
from tests.support.vendor_server import trusting_nobody

CALLBACK = "https://desk.example/admin/sign-in/with/company/callback"


class Visit:
    """A provider, and Modeldesk's side of it."""

    def __init__(self, there: Issuer, here: OpenIdProviders, clock: ManualClock) -> None:
        self.there, self.here, self.clock = there, here, clock
        self.provider = here.all()[0]

    async def begin(self) -> tuple[SignInFlow, str]:
        flow = new_flow("company", self.clock())
        return flow, await self.here.sign_in_url(self.provider, flow, CALLBACK)

    async def sign_in(self, person: dict[str, Any] = SARA) -> IdentityClaims:
        flow, url = await self.begin()
        return await self.finish(flow, self.there.authorize(url, person))

    async def finish(self, flow: SignInFlow, query: str) -> IdentityClaims:
        given = dict(parse_qsl(query))
        answer = ProviderAnswer(given.get("state", ""), given.get("code", ""), given.get("error", ""), given.get("iss", ""))
        return await self.here.claims(self.provider, flow, answer, CALLBACK)

    async def refusal(self, person: dict[str, Any] = SARA) -> str:
        with pytest.raises(FederatedSignInRefused) as refused:
            await self.sign_in(person)
        return refused.value.reason.code


@asynccontextmanager
async def visit(tmp_path: Path, **entry: Any) -> AsyncIterator[Visit]:
    clock = ManualClock()
    async with issuer(clock) as there:
        client = OutboundClient(allowed_hosts(urlsplit(there.origin).netloc), OutboundLimits(first_wait=0.001), tls=trusting_nobody())
        file = providers_file(tmp_path, {**ENTRY, "issuer": there.origin, **entry})
        yield Visit(there, identity_providers(file, client.open, clock, lambda _: None), clock)
        await client.close()


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
        ("iat", None, "id-token-claim"),
        ("exp", None, "id-token-claim"),
        ("exp", "tomorrow", "id-token-claim"),
    ],
)
async def test_a_token_for_something_else_is_refused(tmp_path: Path, name: str, value: object, code: str) -> None:
    """Another audience, issuer or sign-in, or a claim that is missing."""
    async with visit(tmp_path) as at:
        at.there.change = claim(name, value)
        assert await at.refusal() == code


@pytest.mark.parametrize(
    ("name", "off", "code"), [("exp", -SKEW, "id-token-expired"), ("nbf", SKEW + 1, "id-token-claim"), ("iat", SKEW + 1, "id-token-claim")]
)
async def test_clocks_may_differ_by_two_minutes(tmp_path: Path, name: str, off: int, code: str) -> None:
    """Within them a token is good; a second beyond them it has expired, or is not valid yet."""
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


def without_key_id(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256"}, claims, rsa_key("first"))


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
            (again, at.there.authorize(url).replace("iss=", "other="), "answer-of-another-issuer"),
            (again, f"code=x&iss={at.there.origin}/", "answer-of-another-issuer"),
        ):
            with pytest.raises(FederatedSignInRefused) as refused:
                await at.finish(used, answer)
            assert refused.value.reason.code == code


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
