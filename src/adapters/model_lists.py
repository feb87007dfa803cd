"""Lists of declared models as JSON: an id, or an object for each. Large declarations consist of them."""

from collections.abc import Callable, Iterable
from typing import Any

from modeldesk.adapters.checked_types import PLAIN_IDS
from modeldesk.domain.model.providers.provider import DeclaredModel

Hook = Callable[[Any, Any], Any]


def is_model_list(kind: Any) -> bool:
    return bool(kind == tuple[DeclaredModel, ...])


def read_at_once(each: Hook, are_valid: Callable[[list[Any]], bool]) -> Hook:
    """A hook for lists: those that `are_valid` as ids are read at once, in a third of the time that `each` takes model by model."""

    def structure(value: Any, kind: Any) -> Any:
        if value.__class__ is list and value and are_valid(value):
            return tuple(map(DeclaredModel, value))
        return each(value, kind)

    return structure


def are_texts(values: list[Any]) -> bool:
    return set(map(type, values)) == {str}


def are_plain_ids(values: list[Any]) -> bool:
    """Whether all are ids without a need for the rule of ids, which accepts more."""
    if not are_texts(values):
        return False
    joined = "\n".join(values)
    # An id that itself contains a newline would look like two.
    return PLAIN_IDS.fullmatch(joined) is not None and joined.count("\n") == len(values) - 1


def written_by(one: Callable[[DeclaredModel], Any]) -> Callable[[Iterable[DeclaredModel]], list[Any]]:
    """Writes lists: `one` writes a model of which more than its id is declared."""

    def unstructure(models: Iterable[DeclaredModel]) -> list[Any]:
        return [
            # In place, not in a function: a large declaration has hundreds of thousands of models.
            model.id
            if model.name is None and model.is_free is None and model.pricing is None and model.context_length is None
            else one(model)
            for model in models
        ]

    return unstructure
