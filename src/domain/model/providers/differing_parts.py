"""The smallest parts in which two values of a field differ: the members of objects, the fields of capabilities and models, whole lists."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from attrs import fields

from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability, PricingInfo, ProviderConfig
from modeldesk.domain.model.providers.translation import Translation
from modeldesk.domain.model.values.pricing import Pricing

Part: TypeAlias = tuple[str, object, object]
"""The path of a part, with its old and new value."""


def differing_parts(path: str, old: object, new: object) -> list[Part]:
    """The parts that differ, by paths that begin with `path`: `config.timeout`, `translations.fa.description`. None where a side lacks the part.

    A capability or model that only one side has is a part by itself. Equal values have no differing part.
    """
    if old == new:
        return []
    if type(old) is type(new) and isinstance(old, Capability | DeclaredModel):
        names = [attribute.name for attribute in fields(type(old))]
        return [part for name in names for part in differing_parts(f"{path}.{name}", getattr(old, name), getattr(new, name))]
    return list(_differing_members(path, old, new)) or [(path, old, new)]


def common_prefix_length(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (first, second) in pairs if first != second), min(len(one), len(other)))


def _differing_members(path: str, old: object, new: object) -> Iterator[Part]:
    before, after = _members(old), _members(new)
    if before is not None and after is not None:
        for name in [*before, *(name for name in after if name not in before)]:
            yield from differing_parts(f"{path}.{name}", before.get(name), after.get(name))


def _members(value: object) -> Mapping[str, object] | None:
    """The members of an object; None for any other value. What is missing has no members."""
    match value:
        case None:
            return {}
        case Mapping():
            return value
        case ProviderConfig() | PricingInfo() | Pricing():
            return value.members
        case Translation():
            texts = {attribute.name: getattr(value, attribute.name) for attribute in fields(Translation)}
            return {name: text for name, text in texts.items() if text is not None and text != {}}
    return None
