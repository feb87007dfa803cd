"""The details of audit entries as plain JSON, for every store."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from modeldesk.adapters.converter import trusting_converter
from modeldesk.domain.model.audit import AuditEntry

_CONVERTER = trusting_converter()
_JSON_ALREADY = (str, int, bool, type(None))


def as_stored(entry: AuditEntry) -> AuditEntry:
    """The entry with its domain values as JSON, in the form of a declaration."""
    return evolve(entry, before=plain(entry.before), after=plain(entry.after))


def plain(details: Mapping[str, object] | None) -> dict[str, Any] | None:
    """The details as JSON. None stays None: the subject did not exist."""
    if details is None:
        return None
    return {name: value if value.__class__ in _JSON_ALREADY else _CONVERTER.unstructure(value) for name, value in details.items()}
