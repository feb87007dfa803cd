"""What every part of the plain desk knows: its types, and whether a provider offers a capability."""

from collections.abc import Mapping
from typing import Any

Desk = dict[str, Any]
Answer = Any


def offers(provider: Mapping[str, Any], capability: str) -> bool:
    declared = provider["capabilities"]
    return not declared or (capability in declared and declared[capability]["supported"])
