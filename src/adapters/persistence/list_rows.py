"""Mapping between rows and values, for live lists and keys."""

import zlib
from typing import Any

from sqlalchemy import Row

from modeldesk.adapters.persistence.list_tables import vendor_lists
from modeldesk.adapters.persistence.prepared import DriverRow
from modeldesk.adapters.persistence.tables import provider_keys
from modeldesk.adapters.persistence.unreadable_rows import reads_rows, require_kinds
from modeldesk.adapters.reason_json import read_reason, written_reason
from modeldesk.adapters.vendor_list_json import ListUnreadable, read_list, serialize_list
from modeldesk.domain.model.catalogue.list_state import Failure, ListState, PendingShrink
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import KeyBinding, KeyRejection, StoredKey

SHARED = ""
"""The owner column of shared keys and shared lists."""


def list_row(state: ListState) -> dict[str, Any]:
    failure, shrunk = state.failure, state.shrunk
    plain = {name: getattr(state, name) for name in _PLAIN}
    return {
        **plain,
        "owner": state.owner or SHARED,
        "failure_code": failure.code if failure else None,
        "failure_reason": written_reason(failure.reason) if failure else None,
        "failure_digest": failure.digest if failure else None,
        "failed_at": failure.at if failure else None,
        "shrunk_digest": shrunk.digest if shrunk else None,
        "shrunk_count": shrunk.count if shrunk else None,
    }


@reads_rows
def list_state(row: Row[Any] | DriverRow) -> ListState:
    found = row._asdict()  # an attribute `count` is a method of rows
    require_kinds(found, vendor_lists)
    failure = _failure(row)
    shrunk = PendingShrink(row.shrunk_digest, int(row.shrunk_count)) if row.shrunk_digest is not None else None
    plain = {name: found[name] for name in _PLAIN}
    return ListState(**plain, owner=row.owner or None, failure=failure, shrunk=shrunk)


def _failure(row: Row[Any] | DriverRow) -> Failure | None:
    if row.failure_code is None:
        return None
    return Failure(row.failure_code, read_reason(row.failure_reason), row.failure_digest, row.failed_at)


_PLAIN = ("provider", "digest", "revision", "count", "fetched_at", "invalidations", "is_cleared", "asked_at")


def serialized(models: VendorList) -> bytes:
    """Compressed JSON: a list of 5,000 models shrinks from a megabyte to a tenth of it."""
    return zlib.compress(serialize_list(models), level=1)


def deserialized(content: bytes) -> VendorList:
    """Raises ListUnreadable for content that Modeldesk did not write."""
    try:
        return read_list(zlib.decompress(content))
    except zlib.error:
        raise ListUnreadable("not in the format that Modeldesk writes") from None


def key_row(key: StoredKey) -> dict[str, Any]:
    binding = key.binding
    plain = {name: getattr(key, name) for name in ("sealed", "hint", "fingerprint", "set_at", "set_by", "is_suspended")}
    rejection = key.rejection
    return {
        "provider": binding.provider,
        "owner": binding.owner or SHARED,
        "origin": binding.origin,
        **plain,
        "rejected_at": rejection.at if rejection else None,
        "rejection_reason": written_reason(rejection.reason) if rejection else None,
        "rejection_digest": rejection.call_digest if rejection else None,
    }


@reads_rows
def key(row: Row[Any] | DriverRow) -> StoredKey:
    require_kinds(row._asdict(), provider_keys)
    binding = KeyBinding(row.provider, row.owner or None, row.origin)
    rejection = None
    if row.rejected_at is not None:
        rejection = KeyRejection(read_reason(row.rejection_reason), row.rejection_digest, row.rejected_at)
    return StoredKey(binding, row.sealed, row.hint, row.fingerprint, row.set_at, row.set_by, row.is_suspended, rejection)
