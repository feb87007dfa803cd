"""What an entry of the audit trail tells of before and after, as plain JSON, whoever keeps it."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from modeldesk.adapters.converter import trusting_converter
from modeldesk.domain.model.audit import AuditEntry

_CONVERTER = trusting_converter()


def as_stored(entry: AuditEntry) -> AuditEntry:
    """The entry with values of the domain told as they are declared."""
    return evolve(entry, before=plain(entry.before), after=plain(entry.after))


def plain(told: Mapping[str, object] | None) -> dict[str, Any] | None:
    """None stays None: there was nothing."""
    return {name: _CONVERTER.unstructure(value) for name, value in told.items()} if told is not None else None
