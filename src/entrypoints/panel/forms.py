"""What a form sent, and whether the admin meant it: the session's token stands in every form that changes something."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import field, frozen
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, InternalServerException, NotAuthorizedException, PermissionDeniedException
from litestar.params import SkipValidation

from modeldesk.entrypoints.log_redaction import redact_in_request
from modeldesk.entrypoints.panel import csrf
from modeldesk.entrypoints.panel.services import GivenPanel, SignedIn
from modeldesk.entrypoints.session_cookie import session_cookie

SECRETS = (csrf.FIELD, "password", "current", "new", "again", "api_key", "token")
"""Fields whose content is never sent back to the browser."""

LARGEST_KEPT = 1024 * 1024
"""Bytes of a form that are read of somebody who is not signed in any more, to be handed back after signing in."""


class SessionOver(NotAuthorizedException):
    """A form came from a session that has ended; what it holds is kept in the page that asks to sign in."""

    def __init__(self, form: "Form") -> None:
        super().__init__("the session has ended")
        self.form = form


class NotMeant(PermissionDeniedException):
    """A form without the session's token, or one that a page of another site sent."""


class FormBroken(ClientException):
    """A form that cannot be read, or whose sender left before its end."""


@frozen
class Form:
    """Fields by name; of several with one name the first. `files` are uploads that are not empty."""

    fields: Mapping[str, str] = field(factory=dict)
    files: Mapping[str, bytes] = field(factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"Form({', '.join(self.fields)})"

    def text(self, name: str) -> str:
        """What was typed; empty where nothing was, with one kind of line end."""
        return self.fields.get(name, "").replace("\r\n", "\n")

    def line(self, name: str) -> str:
        """The same without blanks at its ends."""
        return self.text(name).strip()

    def has(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.fields.get(name))

    @property
    def kept(self) -> dict[str, str]:
        """What may be handed back: all but secrets."""
        return {name: text for name, text in self.fields.items() if name not in SECRETS}


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """Raises FormBroken."""
    try:
        sent = await request.form()
        fields, files = dict[str, str](), dict[str, bytes]()
        for name, value in sent.multi_items():
            if isinstance(value, UploadFile):
                if content := await value.read():
                    files.setdefault(name, content)
            elif isinstance(value, str):
                value.encode()  # a part may say that it is in a charset by which half a character comes in
                fields.setdefault(name, value)
                if name in SECRETS:
                    redact_in_request(value)  # so that no log shows it, whatever becomes of the form
    except (InternalServerException, UnicodeError, LookupError):
        raise FormBroken from None
    return Form(fields, files)


async def meant_form(request: SignedIn, panel: GivenPanel) -> Form:
    """The form of a request that changes something. Raises SessionOver, NotMeant, FormBroken."""
    form = await read_form(request)
    # A body may take its time, and the session may end meanwhile: nobody writes on with what is dead.
    if await panel.container.sign_in().identify(session_cookie(request.scope) or "") is None:
        raise SessionOver(form)
    if not csrf.is_meant(form.text(csrf.FIELD), request.user.session.csrf_token):
        raise NotMeant
    return form


async def open_form(request: Request[Any, Any, Any]) -> Form:
    """The form of somebody who has no session yet; where it comes from was looked at before. Raises FormBroken."""
    return await read_form(request)


GivenForm: TypeAlias = NamedDependency[SkipValidation[Form]]
