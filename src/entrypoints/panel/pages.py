"""Renders templates to pages. Every value in a page is escaped, whatever its source."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING
from zlib import crc32

from markupsafe import Markup
from msgspec import Struct

from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.permissions import Right, has_right
from modeldesk.domain.model.access.session import Identity
from modeldesk.entrypoints.panel import csrf
from modeldesk.entrypoints.panel.comparison import modalities_text
from modeldesk.entrypoints.panel.error_messages import field_message, problem_message, reason_message, whole_reason
from modeldesk.entrypoints.panel.formatting import template_functions
from modeldesk.entrypoints.panel.further_prices import further_prices
from modeldesk.entrypoints.panel.kept_templates import TEMPLATES, templates_to_compile
from modeldesk.entrypoints.panel.languages import Language, Languages
from modeldesk.entrypoints.panel.statics import static_path
from modeldesk.entrypoints.words.visible import visible_in_page

if TYPE_CHECKING:  # what the first page imports
    from jinja2 import Environment

PART = b"x-modeldesk-part"
"""The header by which the script asks for a part of a page: `list`, or `dialog`."""

OWN_LINK = re.compile(r'\b(href|action|src|formaction|data-load)="/admin\b')

FURTHER_PAGES: Mapping[str, Sequence[str]] = {
    "/admin/providers": ("/admin/edit", "/admin/enabled", "/admin/new-capability", "/admin/new-provider"),
    "/admin/uses": ("/admin/new-use",),
}
"""Pages that belong to a section of the navigation, beside those below its path."""

HUES = 8
LONGEST_QUERY_KEPT = 2_000


class PageFrame(Struct, frozen=True):
    """What surrounds every page: language, identity, path, and the flash message or refusal at its top."""

    language: Language
    languages: Sequence[Language]
    path: str
    base_path: str = ""
    query: str = ""
    identity: Identity | None = None
    part: str | None = None
    message: Markup | None = None
    refusal: Markup | None = None

    @property
    def url(self) -> str:
        """The URL of this page, to return to; without an overlong query, which no page of ours has."""
        return f"{self.path}?{self.query}" if 0 < len(self.query) <= LONGEST_QUERY_KEPT else self.path

    @property
    def role(self) -> Role | None:
        return self.identity.admin.role if self.identity is not None else None

    def may(self, right: str) -> bool:
        """Whether the signed-in admin has this right."""
        return self.role is not None and has_right(Right(right), self.role)

    @property
    def token(self) -> str:
        """The CSRF token for the forms of this page; empty without a session."""
        return csrf.mask(self.identity.session.csrf_token) if self.identity else ""

    def is_in(self, section: str) -> bool:
        """Whether this page belongs to a section of the navigation."""
        url = self.path.rstrip("/") or "/admin"
        if section == "/admin":
            return url == section
        return any(url == page or url.startswith(f"{page}/") for page in (section, *FURTHER_PAGES.get(section, ())))


LOADING = Lock()


def render_page(template: str, frame: PageFrame, facts: Mapping[str, object]) -> str:
    """The page as text, in which no value can reorder what stands around it."""
    text = visible_in_page(environment(frame.language).get_template(template).render(frame=frame, **facts))
    # Only templates write a quotation mark, because those in values are escaped: what matches is a link of ours.
    return OWN_LINK.sub(rf'\1="{frame.base_path}/admin', text) if frame.base_path else text


def load(spoken: Languages) -> None:
    """Loads what renders pages: Jinja, Babel, and what Babel knows of each language. The first page needs it.

    It takes a twentieth of a second, in whatever thread it is called; other threads wait for the one that loads.
    """
    with LOADING:
        for language in spoken.all:
            environment(language)
            language.load()


@cache
def environment(language: Language) -> "Environment":
    """The templates of one language, with its messages and formatting. A template is loaded when it is used first."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - most workers of a desk with programs alone render no page

    from modeldesk.entrypoints.panel.compiled_templates import OF_PAGES  # noqa: PLC0415 - as above

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=OF_PAGES,
    )
    made.globals.update(
        _=language.gettext,
        ngettext=language.ngettext,
        static=static_path,
        hue=_hue,
        reason=partial(reason_message, language=language),
        whole_reason=partial(whole_reason, language=language),
        field_message=partial(field_message, language=language),
        problem_message=partial(problem_message, language=language),
        initials=_initials,
        release=version("modeldesk"),
        **template_functions(language),
        modalities=partial(modalities_text, language),
        further_prices_of=partial(further_prices, language),
    )
    return made


def keep_compiled(spoken: Languages) -> None:
    """Compiles every template that is not kept in its compiled form, which takes a third of a second: no request waits for it."""
    if missing := templates_to_compile():
        from modeldesk.entrypoints.panel.compiled_templates import compile_all  # noqa: PLC0415 - as above

        compile_all(environment(spoken.all[0]), missing)


def _hue(slug: str) -> int:
    """One of a few colours; a slug always has the same one."""
    return crc32(slug.encode()) % HUES


def _initials(name: str) -> str:
    """One or two letters in place of a logo, since no logo is loaded from another site."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or name[:1].upper()
