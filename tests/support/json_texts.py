"""JSON texts for tests of the reader: values, their texts with white space and escapes anywhere, and what the reader says of them."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st

from modeldesk.adapters.strict_json.text import JsonBroken, JsonDocument, Path, Place, path_text, read_json

Value = Any


def read(text: str) -> JsonDocument:
    return read_json(text.encode())


def broken(data: str | bytes, **limits: int) -> JsonBroken:
    with pytest.raises(JsonBroken) as caught:
        read_json(data.encode() if isinstance(data, str) else data, **limits)
    return caught.value


def said(text: str) -> list[tuple[str, str, tuple[int, int]]]:
    """The problems of a text as (path, message, (line, column))."""
    return [
        (path_text(problem.path), str(problem.reason), (problem.place.line, problem.place.column))
        for problem in read(text).problems
        if problem.path is not None and problem.place is not None
    ]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["a[b]", "}{", '"', "\\", "\\ud83d", "http://x:1", "مدل", "😀"]
)
scalars = (
    st.none() | st.booleans() | st.integers(-(10**18) + 1, 10**18 - 1) | st.decimals(-(10**6), 10**6, allow_nan=False, places=3) | texts
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12)
seeds = st.integers(0, 2**32)


class Writer:
    """Writes a value as JSON with white space and escapes wherever they may stand."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def gap(self) -> str:
        return self._random.choice(["", "", " ", "\n", "\t \r\n"])

    def write(self, value: Value) -> str:
        return f"{self.gap()}{self._solid(value)}{self.gap()}"

    def _solid(self, value: Value) -> str:
        if isinstance(value, dict):
            members = (f"{self.gap()}{self._solid(key)}{self.gap()}:{self.write(inner)}" for key, inner in value.items())
            return f"{{{','.join(members) or self.gap()}}}"
        if isinstance(value, list):
            return f"[{','.join(self.write(inner) for inner in value) or self.gap()}]"
        if isinstance(value, Decimal):
            return str(value)
        return json.dumps(value, ensure_ascii=self._random.random() < 0.5)


def paths_of(value: Value, path: Path = ()) -> list[Path]:
    found = [path]
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, inner in parts:
        found += paths_of(inner, (*path, part))
    return found


def at(value: Value, path: Path) -> Value:
    for part in path:
        value = value[part]
    return value


def from_place(text: str, place: Place) -> Value:
    """The JSON value that begins at this place."""
    lines = text.split("\n")
    offset = sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1
    return json.JSONDecoder(parse_float=Decimal).raw_decode(text, offset)[0]


def too_deep(document: JsonDocument) -> bool:
    return any(problem.reason.code == "too-deep" for problem in document.problems)
