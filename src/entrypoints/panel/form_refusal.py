"""Why a form is shown again: wrong fields, or somebody who was faster."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.pricing import AMOUNTS
from modeldesk.domain.model.values.texts import Slug
from modeldesk.entrypoints.panel.field_changes import FieldChange
from modeldesk.entrypoints.panel.form_problems import FieldProblems, plain_number
from modeldesk.entrypoints.panel.formatting import UNITS, Word
from modeldesk.entrypoints.panel.forms import Form
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.latest_changes import OUTDATED, LatestChange, latest_of_provider, version_in
from modeldesk.entrypoints.panel.services import Panel, SignedIn


class FormRefusal(Struct, frozen=True):
    """`version` is that of the provider whose values the form shows; None for the current one. `differences` are those of an outdated form."""

    problems: FieldProblems
    version: int | None = None
    is_outdated: bool = False
    latest: LatestChange | None = None
    differences: Sequence[FieldChange] = ()

    @classmethod
    def of_fields(cls, problems: FieldProblems, form: Form) -> "FormRefusal":
        """The form keeps its version, so that it is still refused where somebody was faster."""
        return cls(problems, version_in(form))

    @property
    def status(self) -> HTTPStatus:
        if self.is_outdated:
            return OUTDATED
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.problems else HTTPStatus.OK

    def facts(self, provider: Provider) -> dict[str, Any]:
        """The facts of a page with a form about this provider: the status, the refusal, and the version that the form sends back."""
        version = provider.version if self.version is None else self.version
        return {"status": self.status, "provider": provider, "refused": self, "version": version}


NO_REFUSAL = FormRefusal({})

WORDS: Mapping[str, Mapping[str, str]] = {
    "supported": {"true": N_("yes"), "false": N_("no")},
    "list": {"live": N_("Live"), "fixed": N_("Fixed")},
    "is_free": {"true": N_("Free"), "false": N_("Paid")},
    "unit": {unit.value: label for unit, label in UNITS.items()},
}
"""The words for what a field may hold."""

NUMBERS = ("sort_order", "context_length", "position", *AMOUNTS)
IDS = ("id", "added", "include", "exclude")
"""Fields with ids or patterns, one a line."""

_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")


def typed_value(name: str, text: str) -> object:
    """What a field of a form means; a text that means nothing stays as it was typed."""
    if (word := WORDS.get(name, {}).get(text)) is not None:
        return Word(word)
    if name in NUMBERS and _NUMBER.fullmatch(number := plain_number(text)):
        return Decimal(number) if "." in number else int(number)
    return text.splitlines() if name in IDS else text


async def outdated(panel: Panel, request: SignedIn, provider: Slug, current: Mapping[str, str], typed: Mapping[str, str]) -> FormRefusal:
    """For a form that shows what was typed. Names the fields that differ from the current values, and who made the latest change."""
    differences = [
        FieldChange(name, typed_value(name, current.get(name, "")), typed_value(name, text))
        for name, text in typed.items()
        if text != current.get(name, "")
    ]
    return FormRefusal({}, is_outdated=True, latest=await latest_of_provider(panel, request, provider), differences=differences)
