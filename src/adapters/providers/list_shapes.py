"""Finds the rows of a vendor's list in its answer, whatever the members around them are called."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from modeldesk.adapters.providers.vendor_api import ListBroken
from modeldesk.domain.errors import Reason

LIST_NAMES = (
    "data", "models", "publisherModels", "result", "results", "items", "list", "value", "values", "entries", "records", "objects",
    "model_list", "modelList", "available_models", "availableModels", "supported_models", "supportedModels", "foundationModels",
    "modelSummaries", "catalog", "content",
)  # fmt: skip
"""Members that hold the rows, in the order in which they are tried."""

WRAPPERS = ("data", "result", "response", "models", "body", "payload", "output")
"""Members that hold the object with the rows (`{"data": {"models": […]}}`)."""

SECTIONS: Mapping[str, str] = {
    "stt": "transcription",
    "asr": "transcription",
    "transcription": "transcription",
    "tts": "speech",
    "speech": "speech",
    "llm": "chat",
    "chat": "chat",
    "embedding": "embedding",
    "embeddings": "embedding",
    "rerank": "rerank",
    "image": "image",
    "video": "video",
}
"""Vendors with one list for each task, as Deepgram (https://developers.deepgram.com/reference/manage/models/list), and the task."""

ID_NAMES = ("id", "model_id", "modelId", "model", "slug", "key", "canonical_name", "name", "model_name", "modelName")
"""Members that hold the id, the surest first: `name` is the name for people where another one is a text."""

MODEL_MEMBERS = frozenset(ID_NAMES) | frozenset(
    [
        "object",
        "owned_by",
        "created",
        "pricing",
        "price",
        "context_length",
        "contextLength",
        "context_window",
        "context_size",
        "context",
        "max_tokens",
        "max_input_tokens",
        "capabilities",
        "mode",
        "type",
        "provider",
        "description",
        "display_name",
    ]
)
"""A map of objects is taken for a map of models only where most of them have one of these."""

MOST_WRAPPERS = 2
NOT_ROWS = frozenset(("error", "errors", "detail", "details", "warnings", "messages"))


def find_rows(page: Any, names: Iterable[str] = ()) -> list[Any]:
    """The rows of a decoded answer: objects, or whatever stands in their place. `names` are tried before the usual ones.

    A bare text becomes an object with that `id`; so does the key of a map of models. Raises ListBroken if there is no list.
    """
    tried = tuple(dict.fromkeys((*names, *LIST_NAMES)))
    found = page if isinstance(page, list) else _rows_in(page, tried) if isinstance(page, dict) else None
    if found is None:
        raise ListBroken(Reason("answer-without-list"))
    return [{"id": row} if isinstance(row, str) else row for row in found]


def id_in(row: Any) -> str | None:
    """The first text under one of the names of ids; a numeric id does not hide a name. None without one."""
    if not isinstance(row, dict):
        return None
    for name in ID_NAMES:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return _owned(row, value) if name == "name" else value
    return None


def _owned(row: dict[str, Any], name: str) -> str:
    """Replicate's models are called by owner and name, as their URL says (https://replicate.com/docs/reference/http#models.list)."""
    whole = f"{row.get('owner')}/{name}"
    return whole if isinstance(url := row.get("url"), str) and url.endswith(f"/{whole}") else name


def _rows_in(page: dict[str, Any], names: tuple[str, ...], depth: int = 0) -> list[Any] | None:
    named = _named_list(page, names)
    if named:
        return named
    if sections := list(_sections(page)):
        return sections
    if not any(page.get(name) for name in ("error", "errors")):
        for name, wrapped in ((name, page[name]) for name in WRAPPERS if isinstance(page.get(name), dict)):
            if found := (_rows_in(wrapped, names, depth + 1) if depth < MOST_WRAPPERS else None) or _mapped(
                wrapped, is_named=name == "models"
            ):
                return found
        if (found := _mapped(page, is_named=False)) or (depth == 0 and (found := _only_list(page))):
            return found
    return named


def _named_list(page: dict[str, Any], names: tuple[str, ...]) -> list[Any] | None:
    """The first list that is not empty, else an empty one."""
    lists = [listed for name in names if isinstance(listed := page.get(name), list)]
    return next(filter(None, lists), lists[0] if lists else None)


def _sections(page: dict[str, Any]) -> Iterator[Any]:
    for name, task in SECTIONS.items():
        rows = page.get(name)
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and not {"type", "task", "pipeline_tag"} & row.keys():
                row["task"] = task
            yield row


def _mapped(page: dict[str, Any], *, is_named: bool) -> list[Any]:
    """The values of a map of models. One value that is no object does not make it another kind of object."""
    if is_named and page and all(isinstance(value, str) for value in page.values()):
        return [{"id": key, "name": name} for key, name in page.items()]
    objects = [value for value in page.values() if isinstance(value, dict)]
    telling = [value for value in objects if MODEL_MEMBERS & value.keys()]
    if 2 * len(objects) <= len(page) or (2 * len(telling) <= len(page) and not is_named):
        return []
    for key, value in page.items():
        if isinstance(value, dict) and not (isinstance(value.get("id"), str) and value["id"].strip()):
            value["id"] = key
    return list(page.values())


def _only_list(page: dict[str, Any]) -> list[Any]:
    """The one list of objects most of which have an id, under a name that nobody has met yet."""
    lists = [value for name, value in page.items() if isinstance(value, list) and name not in NOT_ROWS and _has_ids(value)]
    return lists[0] if len(lists) == 1 else []


def _has_ids(rows: list[Any]) -> bool:
    return 2 * sum(id_in(row) is not None for row in rows) > len(rows)
