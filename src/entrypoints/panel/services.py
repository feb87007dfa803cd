"""What the pages work with: the container behind a typed face, and the making of pages."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from attrs import frozen
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from markupsafe import Markup

from modeldesk.domain.errors import ModeldeskError, VendorFailed
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right, has_right
from modeldesk.domain.model.access.session import Identity
from modeldesk.entrypoints.client_address import peer_of
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.error_status import status_of
from modeldesk.entrypoints.panel import flash
from modeldesk.entrypoints.panel.error_messages import refusal_message
from modeldesk.entrypoints.panel.languages import Language, Languages
from modeldesk.entrypoints.panel.pages import PART, PageFrame, rendered
from modeldesk.entrypoints.panel.responses import page_response, see_other
from modeldesk.entrypoints.session_cookie import sent

SignedIn: TypeAlias = Request[Identity, Any, Any]


@frozen
class Panel:
    """Made once an application."""

    container: Container
    languages: Languages

    def actor(self, request: SignedIn) -> Actor:
        """Who asks, as far as the domain wants to know them."""
        return request.user.actor(self.peer(request))

    def peer(self, request: Request[Any, Any, Any]) -> str:
        """The address that the request really comes from."""
        return peer_of(request.scope, self.container.settings().trusted_proxies)

    def language(self, request: Request[Any, Any, Any]) -> Language:
        return self.languages.of(request.scope)

    def said(self, request: Request[Any, Any, Any], error: ModeldeskError) -> Markup:
        """The error's sentence in the language of who asks."""
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
        """A page, or the part of it that the script asked for. A `refusal` is told at its head, and gives the status.

        `identity` is who is signed in from this answer on, where that is not who asked.
        """
        scope, language = request.scope, self.language(request)
        identity = identity or scope.get("user")
        frame = PageFrame(
            language=language,
            languages=self.languages.all,
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            identity=identity,
            part=next((value.decode("latin-1") for value in sent(scope, PART)), None),
            done=None if refusal else flash.told_in(scope, language),
            refusal=self.said(request, refusal) if refusal else None,
        )
        text = rendered(template, frame, facts)
        if frame.done is not None:
            cookies = [*cookies, flash.forgotten()]
        return page_response(scope, text, _status(refusal) if refusal else status, headers, cookies)

    def go(self, path: str, done: str | None = None, cookies: Sequence[Cookie] = ()) -> Response[bytes]:
        """On to another page, which tells what was `done` (a name in `notices`)."""
        told = [flash.remembered(done, is_secure=self.container.settings().secure_cookie)] if done else []
        return see_other(path, [*cookies, *told])


def _status(refusal: ModeldeskError) -> int:
    """That of its family; but a vendor that failed is told on a good page, in the place of whose 502 a proxy would put one of its own."""
    return 200 if isinstance(refusal, VendorFailed) else status_of(refusal)


def may(request: SignedIn, right: Right) -> bool:
    """Whether a page shows what needs this right; the gate and the services check it again."""
    return has_right(right, request.user.admin.role)


GivenPanel: TypeAlias = NamedDependency[SkipValidation[Panel]]
