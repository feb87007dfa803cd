"""The languages of the panel: one catalogue file each, read on first use. To add a language, add a file.

The header `X-Calendar: persian` of a file selects its calendar; the default is Gregorian. Direction, digits and plural rules come from
Babel.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field
from litestar.types import Scope
from markupsafe import Markup, escape
from msgspec import Struct

from modeldesk.domain.records import frozen
from modeldesk.entrypoints.panel.calendars import persian
from modeldesk.entrypoints.panel.catalogue_files import opened_catalogue
from modeldesk.entrypoints.session_cookie import header_values
from modeldesk.entrypoints.words import marks

if TYPE_CHECKING:  # what the first page imports
    from babel import Locale

N_ = marks.N_
CATALOGUES = Path(__file__).with_name("locale")
SOURCE = "en"
"""The language of the messages in the code, and the default if the browser accepts none of ours."""

COOKIE = "modeldesk_language"
GREGORIAN = "gregorian"
_CALENDAR = re.compile(rb'^"X-Calendar: (\w+)\\n"$', re.MULTILINE)
MOST_PREFERENCES = 16
UNGROUPED_DIGITS = 3
"""Digits of a number without a separator, in every language."""

ZEROS: Mapping[str, str] = {"arabext": "۰", "arab": "٠", "deva": "०", "beng": "০", "thai": "๐", "mymr": "၀", "tamldec": "௦"}
"""The digit zero of each numbering system, because Babel formats numbers with Latin digits."""


class Translations:
    """The messages of a language. They are read for the first message that is asked for: 2 ms, after which they take three times their file.

    A worker copies nearly all of what it writes pages with, even if another process had read it before the two parted.
    """

    def __init__(self, compiled: Callable[[], bytes]) -> None:
        self._compiled = compiled

    @cached_property
    def read(self) -> GNUTranslations:
        return GNUTranslations(BytesIO(self._compiled()))


@frozen
class Language:
    """A language of the panel: its messages, and its format of numbers and times."""

    code: str
    translations: Translations = field(repr=False)
    calendar: str = GREGORIAN

    def load(self) -> None:
        """Loads Babel and what it knows of the language: what the first use of it would do."""
        self.ago(timedelta(days=1))

    @property
    def locale(self) -> "Locale":
        return _locale(self.code)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return self.locale.text_direction

    @property
    def own_name(self) -> str:
        return self.locale.get_display_name() or self.code

    def gettext(self, message: str, **variables: object) -> Markup:
        """The message in this language, escaped: neither a catalogue nor a variable can add markup."""
        return _filled(self.translations.read.gettext(message), variables)

    def ngettext(self, one: str, many: str, count: int, **variables: object) -> Markup:
        """The message for a count, which it refers to as `%(num)s`."""
        return _filled(self.translations.read.ngettext(one, many, count), {"num": self.number(count), **variables})

    def number(self, value: float) -> str:
        """`1,234` with the digits and signs of the language."""
        from babel.numbers import format_decimal  # noqa: PLC0415 - a worker without pages needs no Babel

        return self.digits(format_decimal(value, locale=self.locale, numbering_system="default"))

    def digits(self, text: str) -> str:
        """Replaces Latin digits with those of the language."""
        zero = ZEROS.get(self.locale.default_numbering_system)
        return text if zero is None else text.translate({ord("0") + step: ord(zero) + step for step in range(10)})

    def amount(self, text: str) -> str:
        """An amount of money as text, `1500.25`, with the digits and signs of the language, thousands apart; its precision stays."""
        whole, point, fraction = text.partition(".")
        if len(whole) > UNGROUPED_DIGITS and whole.isascii() and whole.isdigit():
            whole = self.number(int(whole))
        from babel.numbers import get_decimal_symbol  # noqa: PLC0415 - as above

        return self.digits(whole + (get_decimal_symbol(self.locale, numbering_system="default") if point else "") + fraction)

    def moment(self, at: datetime) -> str:
        """Date and minute in UTC, in the calendar of the language."""
        at = at.astimezone(UTC)
        return f"{self.day(at)} {self.digits(f'{at:%H:%M}')}"

    def day(self, of: date) -> str:
        """The date in the calendar of the language: `2026-11-24`, `۱۴۰۵/۰۹/۰۳`."""
        year, month, day = persian(of) if self.calendar == "persian" else (of.year, of.month, of.day)
        separator = "/" if self.calendar == "persian" else "-"
        return self.digits(f"{year:04}{separator}{month:02}{separator}{day:02}")

    def ago(self, age: timedelta) -> str:
        """An age in words: `5 minutes ago`."""
        from babel.dates import format_timedelta  # noqa: PLC0415 - as above

        seconds = min(-1, -int(age.total_seconds()))
        return self.digits(format_timedelta(timedelta(seconds=seconds), granularity="second", add_direction=True, locale=self.locale))


class Languages(Struct, frozen=True):
    """All languages, the source language first."""

    all: Sequence[Language]

    def of(self, scope: Scope) -> Language:
        """The language in the cookie, else the best of Accept-Language, else the source language."""
        chosen = cookie(scope, COOKIE)
        preferences = [chosen, *_accepted(scope)] if chosen else _accepted(scope)
        return next((language for preference in preferences for language in self.all if _matches(preference, language)), self.all[0])

    def named(self, code: str) -> Language | None:
        return next((language for language in self.all if language.code == code), None)


def cookie(scope: Scope, name: str) -> str | None:
    """The value of a cookie without secrets; the first if it was sent more than once."""
    for value in header_values(scope, b"cookie"):
        for part in value.decode("latin-1").split(";"):
            key, _, content = part.strip().partition("=")
            if key == name:
                return content
    return None


@cache
def languages(folder: Path = CATALOGUES) -> Languages:
    """Reads every catalogue of the folder: `fa/LC_MESSAGES/panel.po`."""
    found = [_read(file) for file in sorted(folder.glob("*/LC_MESSAGES/panel.po"))]
    return Languages(sorted(found, key=lambda language: (language.code != SOURCE, language.code)))


def language_of(code: str, compiled: Callable[[], bytes], calendar: str = GREGORIAN) -> Language:
    """A language from its compiled catalogue. Untranslated messages are shown in English."""
    return Language(code.replace("_", "-"), Translations(compiled), calendar)


@cache
def _locale(code: str) -> "Locale":
    from babel import Locale  # noqa: PLC0415 - as above

    return Locale.parse(code, sep="-")


def _read(file: Path) -> Language:
    code = file.parent.parent.name
    # Babel drops headers that it does not know. They stand in the first entry.
    named = _CALENDAR.search(file.read_bytes().partition(b"\n\n")[0])
    return language_of(code, opened_catalogue(code, file), named[1].decode() if named else GREGORIAN)


def _filled(text: str, variables: Mapping[str, object]) -> Markup:
    return escape(text) % variables


def _accepted(scope: Scope) -> list[str]:
    """The languages of Accept-Language, the preferred first."""
    entries = ",".join(value.decode("latin-1") for value in header_values(scope, b"accept-language")).split(",")[:MOST_PREFERENCES]
    return [name for quality, name in sorted(_weighed(entries), key=lambda pair: -pair[0]) if quality > 0]


def _weighed(entries: Iterable[str]) -> Iterable[tuple[float, str]]:
    for entry in entries:
        name, _, parameter = entry.partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            quality = 0.0
        if name.strip():
            yield quality, name.strip()


def _matches(preference: str, language: Language) -> bool:
    return preference.lower().partition("-")[0] == language.code.lower().partition("-")[0]
