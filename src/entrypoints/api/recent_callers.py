"""A cache of callers by their credentials, so that repeated credentials are not hashed and looked up again."""

from attrs import field
from litestar.types import Scope

from modeldesk.domain.model.access.api_token import Caller
from modeldesk.domain.model.snapshot import Access
from modeldesk.domain.records import define
from modeldesk.entrypoints.api.credential_digests import digest_of_headers
from modeldesk.entrypoints.api.credentials import CREDENTIALS, caller_of
from modeldesk.entrypoints.container import Container

MOST_KEPT = 1024


@define
class RecentCallers:
    """The callers that one application has identified since the last change of sessions, tokens or admins."""

    container: Container
    _access: Access | None = field(default=None, init=False)
    _callers: dict[bytes, Caller] = field(factory=dict, init=False, repr=False)
    """By the digests of their credentials."""

    async def identify(self, scope: Scope) -> Caller | None:
        """As `caller_of`, with the same errors. Each call compares the caller with the stored sessions, tokens and admins."""
        container = self.container
        sent = digest_of_headers(scope, CREDENTIALS)
        known = self._callers.get(sent)
        if known is not None and self._is_same(known, await container.store().access()):
            return known
        caller = await caller_of(scope, container.sign_in, container.api_tokens)
        if caller is not None:
            self._keep(sent, caller, await container.store().access())
        return caller

    def _is_same(self, caller: Caller, access: Access) -> bool:
        return self.container.known_callers().is_same(caller, access, self.container.clock()())

    def _keep(self, sent: bytes, caller: Caller, access: Access) -> None:
        if not self._is_same(caller, access):
            return
        if access is not self._access or len(self._callers) >= MOST_KEPT:
            self._access, self._callers = access, {}  # credentials that have ended do not stay in memory
        self._callers[sent] = caller
