"""Whose value each field of a provider has: the file's, an admin's, or the desk's own."""

from collections.abc import Mapping
from enum import Enum

from modeldesk.domain.model.providers.differing_parts import differing_parts
from modeldesk.domain.model.providers.provider import PROVIDER_FIELDS, Provider


class Owner(Enum):
    """FILE: the last import. ADMIN: somebody who edited the field since. SYNC: the desk, which reads the vendor's list by itself."""

    FILE = "file"
    ADMIN = "admin"
    SYNC = "sync"


def owners(provider: Provider) -> Mapping[str, Owner]:
    """The owner of each field but the slug, by the paths of `Provider.field_value`: a capability is a field of its own.

    `capabilities.chat.models` is there where the list is read live. A capability that an admin removed is an admin's.
    """
    edited = provider.imported_values
    found = dict[str, Owner]()
    for name in PROVIDER_FIELDS:
        if name == "capabilities":
            found |= _of_capabilities(provider)
        elif name != "slug":
            found[name] = Owner.ADMIN if name in edited else Owner.FILE
    return found | dict.fromkeys(edited, Owner.ADMIN)


def edited_field(provider: Provider, path: str) -> str | None:
    """The field that an admin edited, where this changed path of it differs from the import: `capabilities.chat` for `capabilities.chat.models`.

    None if the path has the file's value, although another part of the field may be an admin's.
    """
    names = path.split(".", 2)
    field = next((field for field in (names[0], ".".join(names[:2])) if field in provider.imported_values), None)
    if field is None:
        return None
    edited = differing_parts(field, provider.imported_values[field], provider.field_value(field))
    return field if any(_is_within(part, path) or _is_within(path, part) for part, _, _ in edited) else None


def _is_within(part: str, whole: str) -> bool:
    return f"{part}.".startswith(f"{whole}.")


def _of_capabilities(provider: Provider) -> dict[str, Owner]:
    found = dict[str, Owner]()
    for name, capability in provider.capabilities.items():
        found[f"capabilities.{name}"] = Owner.FILE
        if capability.supported and capability.has_dynamic_models:
            found[f"capabilities.{name}.models"] = Owner.SYNC
    return found
