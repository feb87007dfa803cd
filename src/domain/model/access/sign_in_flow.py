"""A sign-in by an identity provider that is under way: what binds the provider's answer to the browser that began it."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from attrs import field

from modeldesk.domain.records import frozen

FLOW_LIFETIME = timedelta(minutes=10)
"""From the sign-in page to the answer of the provider, including what people do there."""


@frozen
class SignInFlow:
    """State, nonce and code verifier are derived from one secret, which only the browser's cookie holds.

    None of them reveals the secret or another one of them: the state stands in addresses, the nonce in the token.
    """

    secret: str = field(repr=False)
    provider: str
    expires_at: datetime

    @property
    def state(self) -> str:
        return _derived("state", self.secret)

    @property
    def nonce(self) -> str:
        return _derived("nonce", self.secret)

    @property
    def code_verifier(self) -> str:
        """The proof of possession of PKCE (RFC 7636)."""
        return _derived("code verifier", self.secret)

    @property
    def code_challenge(self) -> str:
        return _base64(hashlib.sha256(self.code_verifier.encode()).digest())

    def accepts(self, provider: str, state: str, now: datetime) -> bool:
        """Whether an answer of this provider with this state belongs to the flow, and comes in time."""
        is_ours = provider == self.provider and secrets.compare_digest(state.encode("utf-8", "surrogatepass"), self.state.encode())
        return is_ours and now < self.expires_at <= now + FLOW_LIFETIME


@frozen
class ProviderAnswer:
    """The query that an identity provider sends the browser back with. A text that is missing is empty."""

    state: str = ""
    code: str = field(default="", repr=False)
    error: str = ""
    issuer: str = ""


def new_flow(provider: str, now: datetime) -> SignInFlow:
    """A flow with a new random secret."""
    return SignInFlow(secrets.token_urlsafe(32), provider, now + FLOW_LIFETIME)


def _derived(purpose: str, secret: str) -> str:
    return _base64(hashlib.sha256(f"{purpose}\0{secret}".encode("utf-8", "surrogatepass")).digest())


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
