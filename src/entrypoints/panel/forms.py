"""Reading forms, and checking the CSRF token that every form with an effect carries."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from attrs import field
from litestar import Request
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.exceptions import InternalServerException, NotAuthorizedException, PermissionDeniedException
from litestar.params import SkipValidation

from modeldesk.domain.records import frozen
from modeldesk.entrypoints.log_redaction import redact_in_request
from modeldesk.entrypoints.panel import csrf
from modeldesk.entrypoints.panel.multipart_form import FormTooLarge, UnreadableForm, multipart_parts
from modeldesk.entrypoints.panel.services import GivenPanel, SignedIn
from modeldesk.entrypoints.session_cookie import session_cookie

SECRETS = (csrf.FIELD, "password", "current", "new", "again", "api_key", "token")
"""Fields whose values are never sent back to the browser."""

LARGEST_FORM = 64 * 1024
"""The largest form in bytes, but for pages that say otherwise. Also the largest that is kept when its session has ended, since anybody may
send one."""


LARGEST_PLAIN_FORM = 1024 * 1024
"""In bytes, of a form that is not multipart. It is decoded in one go, which stops everybody else; browsers send long texts and files as multipart."""


MOST_FIELDS = 200
"""Fields of a form, counted before any is read. The largest page has some thirty."""


LONGEST_OFFERED = 256
"""Characters of a name that a page shows again. A refusal sends no more back than it needs."""


class SessionEnded(NotAuthorizedException):
    """A form arrived after its session ended. The sign-in page keeps its content."""

    def __init__(self, form: "Form") -> None:
        super().__init__()
        self.form = form


class CsrfFailed(PermissionDeniedException):
    """A form without the CSRF token of its session, or from another site."""


@frozen
class Form:
    """Fields by name; the first if a name repeats. `files` are the uploads that are not empty."""

    fields: Mapping[str, str] = field(factory=dict)
    files: Mapping[str, bytes] = field(factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"Form({', '.join(self.fields)})"

    def text(self, name: str) -> str:
        """The text of a field, empty if missing, with `\\n` as line end."""
        return self.fields.get(name, "").replace("\r\n", "\n")

    def line(self, name: str) -> str:
        """The text without surrounding whitespace."""
        return self.text(name).strip()

    def offered_again(self, name: str) -> str:
        """The line for a field of the page that refuses it; empty where it is longer than any name."""
        return line if len(line := self.line(name)) <= LONGEST_OFFERED else ""

    def has(self, name: str) -> bool:
        """Whether a checkbox was ticked."""
        return bool(self.fields.get(name))

    @property
    def kept(self) -> dict[str, str]:
        """The fields that may be sent back: all but secrets."""
        return {name: text for name, text in self.fields.items() if name not in SECRETS}


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """Raises UnreadableForm, FormTooLarge."""
    try:
        sent = await _sent(request)
    except (InternalServerException, UnicodeError):
        raise UnreadableForm from None
    fields, files = dict[str, str](), dict[str, bytes]()
    for name, value in sent:
        if isinstance(value, bytes):
            if value:
                files.setdefault(name, value)
        else:
            fields.setdefault(name, value)
            if name in SECRETS:
                redact_in_request(value)  # before anything can log it
    return Form(fields, files)


async def _sent(request: Request[Any, Any, Any]) -> Sequence[tuple[str, str | bytes]]:
    kind, options = request.content_type
    if kind == RequestEncodingType.MULTI_PART:
        return await multipart_parts(request.stream(), options.get("boundary", ""), MOST_FIELDS)
    body = await request.body()
    if len(body) > LARGEST_PLAIN_FORM or body.count(b"&") >= MOST_FIELDS:
        raise FormTooLarge
    if 3 * body.count(b"%") > len(body):  # each begins an escape of three bytes; stray ones take long to decode
        raise UnreadableForm
    return list((await request.form()).multi_items())


async def checked_form(request: SignedIn, panel: GivenPanel) -> Form:
    """The form of a request with an effect. Raises SessionEnded, CsrfFailed, UnreadableForm, FormTooLarge."""
    form = await read_form(request)
    # The session may have ended while the body was being received.
    if await panel.container.sign_in().identify(session_cookie(request.scope) or "") is None:
        raise SessionEnded(form)
    if not csrf.matches_token(form.text(csrf.FIELD), request.user.session.csrf_token):
        raise CsrfFailed
    return form


async def open_form(request: Request[Any, Any, Any]) -> Form:
    """The form of a page without a session. The middleware has checked its origin. Raises UnreadableForm, FormTooLarge."""
    return await read_form(request)


GivenForm: TypeAlias = NamedDependency[SkipValidation[Form]]
