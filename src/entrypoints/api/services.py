"""The `Services` that handlers receive: the container, and reading of requests."""

import json
import re
from collections.abc import Hashable, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, TypeAlias, TypeVar, cast

from litestar import Request
from litestar.di import NamedDependency
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import SkipValidation
from litestar.types import HTTPReceiveMessage
from msgspec import Struct, field

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.api_token import Caller, TokenIdentity
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.access.session import Identity
from modeldesk.domain.model.snapshot import Generation
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.declaration import Declaration
from modeldesk.domain.services.dependents import RequestCounts
from modeldesk.entrypoints.api.conditional import Build, ConditionalAnswers, Prepared
from modeldesk.entrypoints.api.credentials import caller_of
from modeldesk.entrypoints.api.problems import BodyBroken, NotJson, NotSignedIn
from modeldesk.entrypoints.api.request_deadline import REQUEST_SECONDS
from modeldesk.entrypoints.client_address import client_address
from modeldesk.entrypoints.commands.pages import Nothing
from modeldesk.entrypoints.consumer.evaluation_bound import EvaluationBound
from modeldesk.entrypoints.consumer.event_hub import EventHub
from modeldesk.entrypoints.consumer.flag_answers import FlagAnswers
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.log_redaction import MOST_OF_A_REQUEST, redact_in_request
from modeldesk.entrypoints.metrics.measurements import Measurements
from modeldesk.entrypoints.responses.models import ModelsAnswers
from modeldesk.entrypoints.responses.overview import OverviewAnswers
from modeldesk.entrypoints.responses.providers import ProvidersAnswers
from modeldesk.entrypoints.rights import declared_right
from modeldesk.entrypoints.session_cookie import header_values

T = TypeVar("T")
SECRET_MEMBERS = re.compile(rb'"(?:api_key|password|current|new|token)"\s*:\s*("(?:[^"\\\x00-\x1f]|\\.)*+")')
"""Values of secret members, found in invalid bodies as well."""

LONGEST_INLINE = 32 * 1024
"""Bytes of JSON that are parsed on the event loop: a longer text that is broken can take a second."""

SignedIn: TypeAlias = Request[Caller, Any, Any]
"""A request of a caller with the right of the route: an admin, or a program with a token."""

InPerson: TypeAlias = Request[Identity, Any, Any]
"""A request of an admin with a session; tokens never have the right of the route."""


class Services(Struct, frozen=True):
    """Created once per application."""

    container: Container
    answers: ConditionalAnswers
    events: EventHub
    evaluations: EvaluationBound
    measurements: Measurements
    overviews: OverviewAnswers = field(default_factory=OverviewAnswers)
    stored_models: ModelsAnswers = field(default_factory=ModelsAnswers)
    providers: ProvidersAnswers = field(default_factory=ProvidersAnswers)
    flags: FlagAnswers = field(default_factory=FlagAnswers)

    @property
    def counts(self) -> RequestCounts:
        """The requests of products, counted."""
        return self.container.request_counts()

    async def declared(self, body: bytes, slugs: Sequence[Slug]) -> Declaration:
        """A declaration. Raises DeclarationInvalid, UnknownProviders."""
        return await self.container.import_worker().run(self.container.declarations().read, body, slugs=slugs)

    async def is_still_allowed(self, request: SignedIn) -> bool:
        """Whether the session or token of a request that takes long has not ended. Raises Unavailable."""
        caller, tokens = request.user, self.container.api_tokens()
        with self.container.deadline()(REQUEST_SECONDS):
            if isinstance(caller, TokenIdentity):
                return await tokens.is_valid(caller.token)
            return await caller_of(request.scope, self.container.sign_in, self.container.api_tokens) is not None

    def actor(self, request: SignedIn) -> Actor:
        """The caller, as the actor of a change."""
        return request.user.actor(self.peer(request))

    def peer(self, request: Request[Any, Any, Any]) -> str:
        """The address that the request really comes from."""
        return client_address(request.scope, self.container.settings().trusted_proxies)

    async def body(self, request: Request[Any, Any, Any], kind: type[T]) -> T:
        """The parsed body; none is an empty object where the body of this kind is optional. Raises Malformed, RequestInvalid."""
        sent = await self._sent(request) or (b"{}" if getattr(kind, "IS_OPTIONAL", False) else b"")
        for member in islice(SECRET_MEMBERS.finditer(sent), MOST_OF_A_REQUEST):
            redact_in_request(_unquoted(member[1]))
        parse = self.container.request_parser().body
        if len(sent) > LONGEST_INLINE:
            return await self.container.json_worker().run(parse, sent, kind)
        return parse(sent, kind)

    async def sent_body(self, request: Request[Any, Any, Any]) -> bytes:
        """The raw body."""
        return await self._sent(request)

    async def no_body(self, request: Request[Any, Any, Any]) -> None:
        """For writes without a body: accepts none or an empty object. Raises as `body`."""
        if sent := await self._sent(request):
            self.container.request_parser().body(sent, Nothing)

    def query(self, request: Request[Any, Any, Any], kind: type[T]) -> T:
        """The parsed query. Raises RequestInvalid."""
        return self.container.request_parser().query(request.scope["query_string"], kind)

    def today(self) -> Hashable:
        """What answers about models depend on besides the snapshot: lifecycles change with the day, and facts with the metadata."""
        return self.container.clock()().date(), self.container.kept_metadata().stamp()

    async def answer(
        self,
        request: SignedIn,
        build: Build,
        also: object = None,
        of: Generation | None = None,
        *,
        shows_choices: bool = True,
        is_reusable: bool = True,
        is_kept: bool = True,
    ) -> Prepared:
        """A conditional response: see `ConditionalAnswers`."""
        depends_on = (also, self.today())
        return await self.answers.answer(
            request, build, depends_on, of, shows_choices=shows_choices, is_reusable=is_reusable, is_kept=is_kept
        )

    async def expired_lists(self) -> frozenset[Slug]:
        """Providers whose lists have expired, which changes responses without a change of the snapshot."""
        return self.container.live_lists().expired(await self.container.store().current())

    async def _sent(self, request: Request[Any, Any, Any]) -> bytes:
        body = await _bytes(request)
        # The session or token may have ended while the body was being received.
        if declared_right(request.route_handler) is not Right.OPEN and not await self._is_signed_in(request):
            raise NotSignedIn("session-ended-early")
        return body

    async def _is_signed_in(self, request: Request[Any, Any, Any]) -> bool:
        """Whether the caller is so still. Raises NotSignedIn for a token that has ended."""
        container = self.container
        access = await container.store().access()
        if container.known_callers().is_same(request.user, access, container.clock()()):
            return True
        return await caller_of(request.scope, container.sign_in, container.api_tokens) is not None


GivenServices: TypeAlias = NamedDependency[SkipValidation[Services]]


def _unquoted(text: bytes) -> str:
    with suppress(ValueError):
        return str(json.loads(text))
    return ""


async def _bytes(request: Request[Any, Any, Any]) -> bytes:
    """The body, within the same bound as the framework's own reading, which takes several times as long for a small one."""
    most = cast("int", request.route_handler.resolve_request_max_body_size())
    for length in header_values(request.scope, b"content-length"):
        if length.isdigit() and int(length) > most:
            raise RequestEntityTooLarge
    parts, size, goes_on = list[bytes](), 0, True
    while goes_on:
        message = cast("HTTPReceiveMessage", await request.receive())
        if message["type"] == "http.disconnect":
            raise BodyBroken
        parts.append(message["body"])
        size += len(message["body"])
        goes_on = message.get("more_body", False)
        if size > most:
            raise RequestEntityTooLarge
    if size and not header_values(request.scope, b"content-type"):
        raise NotJson  # HTTP/2 need not declare a body, so the middleware could not check it
    return b"".join(parts)
