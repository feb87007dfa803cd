"""Lists of declared models as JSON: an id, or an object for each. Large declarations consist of them."""

from collections.abc import Callable
from typing import Any

from modeldesk.adapters.json_values import Hook
from modeldesk.domain.model.providers.declared_model import DeclaredModel, DeclaredModels, declared_models
from modeldesk.domain.model.values.texts import LONGEST_MODEL_ID


def read_at_once(each: Hook, are_valid: Callable[[list[Any]], bool]) -> Hook:
    """A hook for lists: those that `are_valid` as ids are read at once; `each` reads the others model by model."""

    def structure(value: Any, kind: Any) -> DeclaredModels:
        if value.__class__ is list and are_valid(value):
            return DeclaredModels(tuple(value))
        return declared_models(each(value, kind))

    return structure


def are_texts(values: list[Any]) -> bool:
    return set(map(type, values)) <= {str}


def are_plain_ids(values: list[Any]) -> bool:
    """Whether all are ids without a need for the rule of ids, which accepts more."""
    try:
        joined = "".join(values)
    except TypeError:  # not only texts
        return False
    is_plain = joined.isascii() and joined.isprintable() and " " not in joined and "" not in values
    return is_plain and (len(joined) <= LONGEST_MODEL_ID or max(map(len, values)) <= LONGEST_MODEL_ID)


def written_by(one: Callable[[DeclaredModel], Any]) -> Callable[[DeclaredModels], list[Any]]:
    """Writes lists: `one` writes a model of which more than its id is declared."""

    def unstructure(models: DeclaredModels) -> list[Any]:
        entries = list[Any](models.entries)
        return entries if are_texts(entries) else [entry if isinstance(entry, str) else one(entry) for entry in entries]

    return unstructure
