"""The `Panel` that every page receives: the container, the languages, and how pages are rendered."""

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from markupsafe import Markup
from msgspec import Struct

from modeldesk.domain.errors import ModeldeskError, Unavailable, VendorFailed
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.federated_identity import IdentityProvider
from modeldesk.domain.model.access.permissions import Right, has_right
from modeldesk.domain.model.access.session import Identity
from modeldesk.entrypoints.client_address import client_address
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.error_status import status_of
from modeldesk.entrypoints.panel import flash
from modeldesk.entrypoints.panel.error_messages import refusal_message
from modeldesk.entrypoints.panel.languages import Language, Languages
from modeldesk.entrypoints.panel.pages import PART, PageFrame, render_page
from modeldesk.entrypoints.panel.responses import page_response, see_other
from modeldesk.entrypoints.session_cookie import header_values

T = TypeVar("T")
SignedIn: TypeAlias = Request[Identity, Any, Any]

RETRY_AFTER = "1"
"""Seconds, because most outages are short."""


class WaysToSignIn(Struct, frozen=True):
    """What the sign-in page offers."""

    providers: Sequence[IdentityProvider]
    has_passwords: bool
    left: IdentityProvider | None


class Panel(Struct, frozen=True):
    """Created once per application."""

    container: Container
    languages: Languages

    def actor(self, request: SignedIn) -> Actor:
        """The signed-in admin, as the actor of a change."""
        return request.user.actor(self.peer(request))

    def peer(self, request: Request[Any, Any, Any]) -> str:
        """The address that the request really comes from."""
        return client_address(request.scope, self.container.settings().trusted_proxies)

    def command(self, kind: type[T], **values: object) -> T:
        """A command or query from the fields of a form or an address; None means not given. Raises InvalidValue."""
        return self.container.request_parser().form(values, kind)

    @property
    def has_passwords(self) -> bool:
        """Whether passwords sign in."""
        return self.container.settings().password_sign_in

    def language(self, request: Request[Any, Any, Any]) -> Language:
        return self.languages.of(request.scope)

    def said(self, request: Request[Any, Any, Any], error: ModeldeskError) -> Markup:
        """The error message in the language of the request."""
        return refusal_message(error, self.language(request))

    def page(
        self,
        request: Request[Any, Any, Any],
        template: str,
        *,
        status: int = 200,
        refusal: ModeldeskError | None = None,
        identity: Identity | None = None,
        cookies: Sequence[Cookie] = (),
        headers: dict[str, str] | None = None,
        **facts: object,
    ) -> Response[bytes]:
        """A page, or the part of it that the script requested. A `refusal` is shown at its top, and sets the status.

        `identity` overrides the identity of the request, for a page that signs somebody in.
        """
        scope, language = request.scope, self.language(request)
        identity = identity or scope.get("user")
        frame = PageFrame(
            language=language,
            languages=self.languages.all,
            path=scope["path"],
            base_path=self.container.settings().base_path,
            query=scope["query_string"].decode("latin-1"),
            identity=identity,
            part=next((value.decode("latin-1") for value in header_values(scope, PART)), None),
            message=None if refusal else flash.flash_message(scope, language),
            refusal=self.said(request, refusal) if refusal else None,
        )
        text = render_page(template, frame, facts)
        if isinstance(refusal, Unavailable):
            headers = {**(headers or {}), "Retry-After": RETRY_AFTER}
        if frame.message is not None:
            cookies = [*cookies, flash.expired_flash_cookie()]
        return page_response(scope, text, _status(refusal) if refusal else status, headers, cookies)

    def ways_to_sign_in(self, left: str = "") -> WaysToSignIn:
        """For the sign-in page. `left` is the id of a provider that somebody may want to sign out of too."""
        providers = self.container.federated_sign_in().providers()
        return WaysToSignIn(providers, self.has_passwords, next((provider for provider in providers if provider.id == left), None))

    def redirect(self, path: str, message: str | None = None, cookies: Sequence[Cookie] = ()) -> Response[bytes]:
        """Redirects to another page, which shows the flash message of this name."""
        flash_cookies = [flash.flash_cookie(message, is_secure=self.container.settings().secure_cookie)] if message else []
        return see_other(path, [*cookies, *flash_cookies])


def _status(refusal: ModeldeskError) -> int:
    """The status of the error. VendorFailed is 200, because a proxy may replace the body of a 502."""
    return 200 if isinstance(refusal, VendorFailed) else status_of(refusal)


def may(request: SignedIn, right: Right) -> bool:
    """Whether the signed-in admin has this right. The gate and the services check it again."""
    return has_right(right, request.user.admin.role)


GivenPanel: TypeAlias = NamedDependency[SkipValidation[Panel]]
