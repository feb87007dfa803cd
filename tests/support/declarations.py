"""Short ways to write documents down, to read them, and to see what is wrong with them."""

import json
from pathlib import Path
from typing import Any

from modeldesk.adapters.converter import checking_converter
from modeldesk.adapters.declaration.providers_json import DeclarationReader
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.errors import DeclarationInvalid, Problem
from modeldesk.domain.services.import_plan import DeclaredProvider

ROOT = Path(__file__).parents[2]
CLASSES = shipped_classes()
CONVERTER = checking_converter(CLASSES)
READER = DeclarationReader(CONVERTER, CLASSES)


def document(*entries: Any, **top: Any) -> bytes:
    """A providers.json with these entries; `top` adds or replaces members beside them."""
    return json.dumps({"version": "1.0.0", "providers": list(entries), **top}, ensure_ascii=False).encode()


def entry(slug: str = "acme", **fields: Any) -> dict[str, Any]:
    return {"slug": slug, "name": slug.title(), **fields}


def read(data: bytes | str, **options: Any) -> list[DeclaredProvider]:
    return READER.read(data.encode() if isinstance(data, str) else data, **options).providers


def read_one(**fields: Any) -> DeclaredProvider:
    """What a document with one entry of these fields declares."""
    return read(document(entry(**fields)))[0]


def problems(data: bytes | str, **options: Any) -> list[Problem]:
    """What the reader says against it; it must refuse."""
    try:
        read(data, **options)
    except DeclarationInvalid as refused:
        return list(refused.problems)
    raise AssertionError("this was taken, though it should have been refused")


def reported(data: bytes | str, **options: Any) -> list[str]:
    """The problems as path, code and facts, without their places."""
    return [f"{problem.path}: {problem.reason}" for problem in problems(data, **options)]


def placed(problem: Problem) -> str:
    """Path, code and facts, and where that is in the text and in which file."""
    place = "" if problem.line is None else f" (line {problem.line}, column {problem.column})"
    return f"{problem.path}: {problem.reason}{place}{f' in {problem.file}' if problem.file else ''}"


def faults(**fields: Any) -> list[str]:
    """What is wrong with one entry of these fields, its path cut off."""
    return [line.removeprefix("$.providers[0].").removeprefix("$.providers[0]") for line in reported(document(entry(**fields)))]
