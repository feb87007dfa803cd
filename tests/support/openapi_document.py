"""The OpenAPI document, looked into by tests."""

from collections.abc import Mapping
from typing import Any


def operation(document: Mapping[str, Any], route: str) -> dict[str, Any]:
    method, path = route.split()
    found: dict[str, Any] = document["paths"][path][method.lower()]
    return found
