"""Identity providers by OpenID Connect: authorization code with PKCE, state and nonce."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

import msgspec
from joserfc.jwk import Key
from msgspec import Struct, field

from modeldesk.adapters.identity_provider.discovery import BrokenDocument, Metadata, decoded, read_keys, read_metadata, verifying_key
from modeldesk.adapters.identity_provider.id_tokens import ExpectedToken, verified_claims
from modeldesk.adapters.identity_provider.issuers_file import ProviderSettings
from modeldesk.adapters.identity_provider.secret_texts import NO_SECRET
from modeldesk.adapters.vendor_http import FormSession, KeyHeader, Request, Response
from modeldesk.domain.errors import FederatedSignInRefused, IdentityProviderUnavailable, Reason, VendorFailed
from modeldesk.domain.model.access.federated_identity import FederatedIdentity, IdentityClaims, IdentityProvider
from modeldesk.domain.model.access.sign_in_flow import ProviderAnswer, SignInFlow
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.ports.clock import Clock

ANSWERS_WITHIN = 8.0
"""Seconds for all calls of one step, those that other visitors have begun included: a page is answered within ten."""

DOCUMENT_LIFETIME = timedelta(hours=1)
KEYS_READ_EVERY = timedelta(seconds=30)
"""An unknown key id makes us read the keys no more often than this, so that invented ids do not flood the provider."""

FAILURE_REMEMBERED = timedelta(seconds=5)
"""How long a failure is repeated without a new call, so that visitors do not flood a provider that is down."""

CLIENT_ERRORS = range(400, 500)
NAME_CLAIMS = ("email", "name")
"""What proposes the name of a new admin where the claim of the settings is missing."""

MOST_GROUPS = 10_000

OpenSession = Callable[[str, float | None, int | None], AbstractAsyncContextManager[FormSession]]


class _TokenAnswer(msgspec.Struct):
    id_token: Secret = NO_SECRET


class _Known(Struct, eq=False):
    """What is known of an issuer, and since when."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    metadata: Metadata | None = None
    metadata_at: datetime | None = None
    keys: Mapping[str, bytes] = {}
    keys_at: datetime | None = None
    failed_at: datetime | None = None
    failure: Reason = field(default_factory=lambda: Reason("no-answer-in-time"))


class OpenIdProviders:
    """The providers of the settings. Metadata and keys are kept for an hour; an unknown key id makes it read the keys again."""

    def __init__(
        self, settings: Sequence[ProviderSettings], open_session: OpenSession, clock: Clock, answers_within: float = ANSWERS_WITHIN
    ) -> None:
        self._settings = {one.provider.id: one for one in settings}
        self._open = open_session
        self._clock = clock
        self._answers_within = answers_within
        self._known = {one.provider.id: _Known() for one in settings}

    def all(self) -> Sequence[IdentityProvider]:
        return [one.provider for one in self._settings.values()]

    async def sign_in_url(self, provider: IdentityProvider, flow: SignInFlow, redirect_uri: str) -> str:
        settings = self._settings[provider.id]
        metadata = await self._metadata(provider, self._ends_at())
        query = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(settings.scopes),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": flow.code_challenge,
            "code_challenge_method": "S256",
        }
        return _with_query(metadata.authorization_endpoint, query)

    async def sign_out_url(self, provider: IdentityProvider, back_to: str) -> str | None:
        metadata = await self._metadata(provider, self._ends_at())
        if metadata.end_session_endpoint is None:
            return None
        query = {"client_id": self._settings[provider.id].client_id, "post_logout_redirect_uri": back_to}
        return _with_query(metadata.end_session_endpoint, query)

    async def claims(self, provider: IdentityProvider, flow: SignInFlow, answer: ProviderAnswer, redirect_uri: str) -> IdentityClaims:
        settings, ends_at = self._settings[provider.id], self._ends_at()
        metadata = await self._metadata(provider, ends_at)
        # Another issuer's answer must not reach this one's token endpoint (RFC 9207).
        if answer.issuer != provider.issuer and (answer.issuer or metadata.sends_issuer):
            raise FederatedSignInRefused(Reason("answer-of-another-issuer"))
        if answer.error or not answer.code:
            raise FederatedSignInRefused(Reason("denied-by-provider", name=provider.name))
        form = _token_request(settings, flow, answer.code, redirect_uri)
        token = await self._id_token(settings, metadata, form, ends_at)
        expected = ExpectedToken(provider.issuer, settings.client_id, flow.nonce)
        claims = await verified_claims(token, expected, lambda key_id: self._key(provider, metadata, key_id, ends_at), self._clock())
        return _identity_claims(settings, claims)

    async def _id_token(self, settings: ProviderSettings, metadata: Metadata, form: dict[str, str], ends_at: float) -> str:
        request = Request(metadata.token_endpoint)
        if settings.client_secret is not None and metadata.takes_basic:
            # RFC 6749, section 2.3.1: both parts are encoded as in a form.
            pair = f"{quote_plus(settings.client_id)}:{quote_plus(settings.client_secret.reveal())}"
            request = Request(
                metadata.token_endpoint, {}, metadata.token_endpoint, KeyHeader("authorization", "Basic ", is_basic=True), Secret(pair)
            )
        elif settings.client_secret is not None:
            form["client_secret"] = settings.client_secret.reveal()
        async with self._asked(settings.provider, ends_at) as session:
            answer = await session.submit(request, urlencode(form).encode())
            if answer.status in CLIENT_ERRORS:  # the code is wrong, used or too old; or the client is set up wrongly
                raise FederatedSignInRefused(Reason("code-refused", error=_error_of(answer)))
            return decoded(answer, _TokenAnswer).id_token.reveal()

    async def _metadata(self, provider: IdentityProvider, ends_at: float) -> Metadata:
        known = self._known[provider.id]
        async with _locked(known, provider, ends_at):
            if known.metadata is None or self._is_older(known.metadata_at, DOCUMENT_LIFETIME):
                if not self._is_older(known.failed_at, FAILURE_REMEMBERED):
                    raise IdentityProviderUnavailable(provider.name, known.failure)
                async with self._asked(provider, ends_at) as session:
                    known.metadata = await read_metadata(session, provider.issuer)
                known.metadata_at = self._clock()
            return known.metadata

    async def _key(self, provider: IdentityProvider, metadata: Metadata, key_id: str, ends_at: float) -> Key | None:
        known = self._known[provider.id]
        async with _locked(known, provider, ends_at):
            is_unknown = (not key_id or key_id not in known.keys) and self._is_older(known.keys_at, KEYS_READ_EVERY)
            if is_unknown or self._is_older(known.keys_at, DOCUMENT_LIFETIME):
                async with self._asked(provider, ends_at) as session:
                    known.keys = await read_keys(session, metadata.jwks_uri)
                known.keys_at = self._clock()
            raw = known.keys.get(key_id) if key_id or len(known.keys) != 1 else next(iter(known.keys.values()))
        return verifying_key(raw) if raw is not None else None

    def _ends_at(self) -> float:
        """When the step that begins now must have ended, in the event loop's time."""
        return asyncio.get_running_loop().time() + self._answers_within

    def _is_older(self, at: datetime | None, age: timedelta) -> bool:
        """Also where the clock was set back since."""
        return at is None or not timedelta() <= self._clock() - at < age

    @asynccontextmanager
    async def _asked(self, provider: IdentityProvider, ends_at: float) -> AsyncIterator[FormSession]:
        """A session with the provider. What fails in it is IdentityProviderUnavailable."""
        known = self._known[provider.id]
        try:
            async with self._open(provider.id, round(ends_at - asyncio.get_running_loop().time(), 1), 1) as session:
                yield session
            return
        except VendorFailed as error:
            reason = error.reason
        except BrokenDocument as error:
            reason = error.reason
        known.failed_at, known.failure = self._clock(), reason
        raise IdentityProviderUnavailable(provider.name, reason)


@asynccontextmanager
async def _locked(known: _Known, provider: IdentityProvider, ends_at: float) -> AsyncIterator[None]:
    """Those who need the same document wait for one call."""
    try:
        async with asyncio.timeout_at(ends_at):
            await known.lock.acquire()
    except TimeoutError:
        raise IdentityProviderUnavailable(provider.name, Reason("no-answer-in-time")) from None
    try:
        yield
    finally:
        known.lock.release()


def _token_request(settings: ProviderSettings, flow: SignInFlow, code: str, redirect_uri: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": settings.client_id,
        "code_verifier": flow.code_verifier,
    }


def _with_query(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _error_of(answer: Response) -> str:
    """The error code of an OAuth answer, where it is one: never its description, which may quote what was sent."""
    try:
        error = msgspec.json.decode(answer.body).get("error")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, AttributeError):
        error = None
    return (
        error
        if isinstance(error, str) and error.isascii() and error.replace("_", "").isalpha() and len(error) <= 40
        else str(answer.status)
    )


def _identity_claims(settings: ProviderSettings, claims: Mapping[str, Any]) -> IdentityClaims:
    named = (claims.get(claim) for claim in (settings.name_claim, *NAME_CLAIMS))
    name = next((text for text in named if isinstance(text, str) and text.strip()), None)
    groups = frozenset(group for claim in settings.groups_claims for group in _texts(claims.get(claim)))
    return IdentityClaims(FederatedIdentity(settings.provider.issuer, claims["sub"]), name, groups)


def _texts(claim: object) -> Sequence[str]:
    """A claim of one text is one group, as Google's domain is."""
    found = claim if isinstance(claim, list) else [claim]
    return [text for text in found[:MOST_GROUPS] if isinstance(text, str)]
