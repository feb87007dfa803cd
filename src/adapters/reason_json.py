"""A reason as JSON: `{"code": "vendor-said", "facts": {"said": "…", "status": 500}}`, a reason among the facts in the same way.

A moment among the facts is `{"moment": "2026-11-24T12:00:00+00:00"}`.
"""

import json
from datetime import datetime
from typing import Any

from modeldesk.domain.errors import Reason


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
    return Reason(found["code"], **{name: _fact(value) for name, value in found["facts"].items()})


def _fact(value: Any) -> object:
    if isinstance(value, dict) and "moment" in value:
        return datetime.fromisoformat(value["moment"])
    return _reason(value) if isinstance(value, dict) else value
