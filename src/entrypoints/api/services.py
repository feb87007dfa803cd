"""What the handlers work with: the container behind its typed face, and reading what a request sent."""

import json
import re
from asyncio import to_thread
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from attrs import frozen
from litestar import Request
from litestar.di import NamedDependency
from litestar.exceptions import InternalServerException
from litestar.params import SkipValidation

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.api_token import Caller
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.access.session import Identity
from modeldesk.domain.model.snapshot import Generation
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.import_plan import DeclaredProvider
from modeldesk.entrypoints.api.conditional import Build, ConditionalAnswers, Prepared
from modeldesk.entrypoints.api.credentials import caller_of
from modeldesk.entrypoints.api.problems import BodyBroken, NotJson, NotSignedIn
from modeldesk.entrypoints.api.wishes import NoBody
from modeldesk.entrypoints.client_address import peer_of
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.log_redaction import MOST_OF_A_REQUEST, redact_in_request
from modeldesk.entrypoints.rights import declared_right

T = TypeVar("T")
SECRET_MEMBERS = re.compile(rb'"(?:api_key|password|current|new|token)"\s*:\s*("(?:[^"\\\x00-\x1f]|\\.)*+")')
"""The values of members that are secrets, also in a body that cannot be read or meant."""

SignedIn: TypeAlias = Request[Caller, Any, Any]
"""Of whoever has the route's right: an admin, or a program with a token."""

InPerson: TypeAlias = Request[Identity, Any, Any]
"""Of an admin with a session, where the route's right is for no token."""


@frozen
class Services:
    """Made once an application."""

    container: Container
    answers: ConditionalAnswers

    async def declared(self, body: bytes, slugs: Sequence[Slug]) -> list[DeclaredProvider]:
        """What a declaration declares. Others are served while a large one is read. Raises DeclarationInvalid, UnknownNames."""
        return await to_thread(self.container.declarations().read, body, slugs=slugs)

    def actor(self, request: SignedIn) -> Actor:
        """Who asks, as far as the domain wants to know them."""
        return request.user.actor(self.peer(request))

    def peer(self, request: Request[Any, Any, Any]) -> str:
        """The address that the request really comes from."""
        return peer_of(request.scope, self.container.settings().trusted_proxies)

    async def body(self, request: Request[Any, Any, Any], kind: type[T]) -> T:
        """The request's body as a value; raises Malformed, RequestInvalid."""
        sent = await self._sent(request)
        for member in islice(SECRET_MEMBERS.finditer(sent), MOST_OF_A_REQUEST):
            redact_in_request(_unquoted(member[1]))
        return self.container.requests().body(sent, kind)

    async def sent_body(self, request: Request[Any, Any, Any]) -> bytes:
        """The request's body as it came."""
        return await self._sent(request)

    async def no_body(self, request: Request[Any, Any, Any]) -> None:
        """For writes that take none, or an empty object: a member that would be passed over might have been meant. Raises as `body`."""
        if sent := await self._sent(request):
            self.container.requests().body(sent, NoBody)

    def query(self, request: Request[Any, Any, Any], kind: type[T]) -> T:
        """The request's parameters as a value; raises RequestInvalid."""
        return self.container.requests().query(request.scope["query_string"], kind)

    async def answer(self, request: SignedIn, build: Build, also: object = None, of: Generation | None = None) -> Prepared:
        """A conditional answer: see `ConditionalAnswers`."""
        return await self.answers.answer(request, build, also, of)

    async def expired_lists(self) -> frozenset[Slug]:
        """Whose lists are too old to be counted: time alone changes what is told of them."""
        return self.container.live_lists().expired(await self.container.store().current())

    async def _sent(self, request: Request[Any, Any, Any]) -> bytes:
        body = await _bytes(request)
        # A body may take its time, and a session or a token may end meanwhile: nobody writes on with what is dead.
        is_open = declared_right(request.route_handler) is Right.OPEN
        if not is_open and await caller_of(request.scope, self.container.sign_in, self.container.api_tokens) is None:
            raise NotSignedIn("the session ended before the body did")
        return body


GivenServices: TypeAlias = NamedDependency[SkipValidation[Services]]


def _unquoted(text: bytes) -> str:
    with suppress(ValueError):
        return str(json.loads(text))
    return ""


async def _bytes(request: Request[Any, Any, Any]) -> bytes:
    try:
        body = await request.body()
    except InternalServerException:  # the framework's word for a caller who left
        raise BodyBroken from None
    if body and "content-type" not in request.headers:
        raise NotJson  # HTTP/2 need not announce a body, so this one was not seen before
    return body
