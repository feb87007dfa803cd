"""The differences between two lists of declared models, by model: for plans, and for logs, which would grow by thousands of models at each edit."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from attrs import evolve, fields

from modeldesk.domain.model.providers.declared_model import DeclaredModel, DeclaredModels, Entry, model_of
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.domain.records import frozen

MOST_NAMED = 20
"""Differing models that are named one by one. If there are more, their number and the first ones are named."""

LISTS = ("models", "include", "exclude")
"""The fields of a capability that may be long."""

_READ_OTHERWISE = re.compile(r'^"|[\[\]]| \([0-9]+\)$')

Pair: TypeAlias = tuple[object, object]
"""An old and a new value."""

Key: TypeAlias = ModelId | tuple[ModelId, int]
"""A model by its id, and from its second occurrence in the list on with the number: an id may occur more than once."""


@frozen
class DifferingModels:
    """The models that two lists have not alike, by their names: `changed` with the old and the new one. Without any, only the order differs."""

    added: Sequence[str]
    removed: Sequence[str]
    changed: Mapping[str, tuple[DeclaredModel, DeclaredModel]]


def differing_models(old: DeclaredModels, new: DeclaredModels) -> DifferingModels:
    """In the order of the lists. A model has its id as its name, `gpt-5 (2)` where the id stands for the second time."""
    before, after = _by_key(old), _by_key(new)
    added, removed, changed = _differing(before, after)
    pairs = {_name(key): (model_of(before[key]), model_of(after[key])) for key in changed}
    return DifferingModels(list(map(_name, added)), list(map(_name, removed)), pairs)


def bounded_changes(changes: Mapping[str, Pair]) -> dict[str, Pair]:
    """The changes of a provider, with the differing models instead of two whole lists.

    `capabilities.chat.models[gpt-5].name` is a changed field, `capabilities.chat.models[gpt-5]` an added or removed model, and
    `capabilities.chat.models.order` the part of the list whose order differs. If more than MOST_NAMED models differ,
    `capabilities.chat.models` counts them. More than MOST_NAMED patterns are counted, too.
    """
    bounded: dict[str, Pair] = {}
    for path, (old, new) in changes.items():
        if isinstance(old, DeclaredModels) and isinstance(new, DeclaredModels):
            bounded.update(_of_lists(path, old, new))
        else:
            bounded[path] = (_shortened(old), _shortened(new))
            for name in LISTS:
                if any(isinstance(value, Capability) and len(getattr(value, name)) > MOST_NAMED for value in (old, new)):
                    bounded[f"{path}.{name}"] = (_count(old, name), _count(new, name))
    return bounded


def _of_lists(path: str, old: DeclaredModels, new: DeclaredModels) -> Iterator[tuple[str, Pair]]:
    before, after = _by_key(old), _by_key(new)
    added, removed, changed = _differing(before, after)
    if len(removed) + len(added) + len(changed) > MOST_NAMED:
        yield path, (_summary(len(old), removed=removed), _summary(len(new), added=added, changed=changed))
    else:
        yield from ((f"{path}[{_name(key)}]", (model_of(before[key]), None)) for key in removed)
        for key in changed:
            yield from _fields(f"{path}[{_name(key)}]", model_of(before[key]), model_of(after[key]))
        yield from ((f"{path}[{_name(key)}]", (None, model_of(after[key]))) for key in added)
    kept = [key for key in before if key in after], [key for key in after if key in before]
    if kept[0] != kept[1]:
        yield f"{path}.order", _moved(*kept)


def _differing(before: Mapping[Key, Entry], after: Mapping[Key, Entry]) -> tuple[Sequence[Key], Sequence[Key], Sequence[Key]]:
    """The keys of the added, the removed and the changed models."""
    added = [key for key in after if key not in before]
    removed = [key for key in before if key not in after]
    changed = [key for key, entry in before.items() if key in after and after[key] is not entry and after[key] != entry]
    return added, removed, changed


def _by_key(models: DeclaredModels) -> Mapping[Key, Entry]:
    """The entries as they stand in the list: this runs while all other writers wait, and a list may have thousands."""
    found: dict[Key, Entry] = dict(zip(models.ids, models.entries, strict=True))
    return found if len(found) == len(models) else _by_occurrence(models)


def _by_occurrence(models: DeclaredModels) -> Mapping[Key, Entry]:
    seen, found = dict[ModelId, int](), dict[Key, Entry]()
    for id_, entry in zip(models.ids, models.entries, strict=True):
        seen[id_] = number = seen.get(id_, 0) + 1
        found[id_ if number == 1 else (id_, number)] = entry
    return found


def _name(key: Key) -> str:
    """`gpt-5`, or `gpt-5 (2)` where it stands for the second time. An id that could be read as such a name or as the end of one is quoted."""
    model, occurrence = (key, 1) if isinstance(key, str) else key
    name = json.dumps(model, ensure_ascii=False) if _READ_OTHERWISE.search(model) else model
    return name if occurrence == 1 else f"{name} ({occurrence})"


def _fields(path: str, old: DeclaredModel, new: DeclaredModel) -> Iterator[tuple[str, Pair]]:
    for attribute in fields(DeclaredModel):
        pair = (getattr(old, attribute.name), getattr(new, attribute.name))
        if pair[0] != pair[1]:
            yield f"{path}.{attribute.name}", pair


def _summary(count: int, **differing: Sequence[Key]) -> Mapping[str, object]:
    """The number of models in the list, and for each kind of difference its number and first models."""
    named = {kind: {"count": len(keys), "first": [_name(key) for key in keys[:MOST_NAMED]]} for kind, keys in differing.items() if keys}
    return {"count": count, **named}


def _moved(old: Sequence[Key], new: Sequence[Key]) -> Pair:
    """The ids from the first to the last position that differs, at most MOST_NAMED. Both lists have the same keys."""
    differing = [index for index, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]]
    shown = slice(differing[0], min(differing[-1] + 1, differing[0] + MOST_NAMED))
    return [_name(key) for key in old[shown]], [_name(key) for key in new[shown]]


def _shortened(value: object) -> object:
    if isinstance(value, Capability):
        return evolve(value, **{name: getattr(value, name)[:MOST_NAMED] for name in LISTS})
    if isinstance(value, tuple) and len(value) > MOST_NAMED:
        return {"count": len(value), "first": list(value[:MOST_NAMED])}
    return value


def _count(value: object, name: str) -> object:
    return {"count": len(getattr(value, name))} if isinstance(value, Capability) else None
