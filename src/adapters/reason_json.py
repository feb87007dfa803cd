"""A reason as JSON: `{"code": "vendor-said", "facts": {"said": "…", "status": 500}}`, a reason among the facts in the same way.

A moment among the facts is `{"moment": "2026-11-24T12:00:00+00:00"}`.
"""

import json
from datetime import datetime
from typing import Any, TypeVar

from modeldesk.domain.errors import Reason

T = TypeVar("T")

LARGEST = 2**53
"""No number among facts is larger: they are counts, sizes and statuses."""


def written_reason(reason: Reason) -> str:
    """Of a reason whose facts are texts, numbers, moments, lists of them, or such reasons."""
    return json.dumps(_plain(reason), ensure_ascii=False)


def read_reason(text: str) -> Reason:
    """What was written; a line of text, as earlier versions wrote it, becomes a fact of a reason of its own."""
    try:
        found = json.loads(text)
        return _reason(found)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Reason("recorded-earlier", said=text)


def _plain(fact: object) -> object:
    if isinstance(fact, datetime):
        return {"moment": fact.isoformat()}
    return {"code": fact.code, "facts": {name: _plain(value) for name, value in fact.facts.items()}} if isinstance(fact, Reason) else fact


def _reason(found: Any) -> Reason:
    """Raises one of several errors for what no version wrote."""
    code, facts = found["code"], found["facts"].items()
    return Reason(_require(isinstance(code, str), code), **{name: _fact(value) for name, value in facts})


def _fact(value: Any) -> object:
    match value:
        case {"moment": text}:
            moment = datetime.fromisoformat(text)
            return _require(moment.tzinfo is not None, moment)
        case dict():
            return _reason(value)
        case list():
            return [_require(isinstance(part, str | int | float), part) for part in value]
        case int() | float():
            return _require(not isinstance(value, bool) and abs(value) <= LARGEST, value)
    return value


def _require(is_ours: bool, value: T) -> T:
    if not is_ours:
        raise ValueError(value)
    return value
