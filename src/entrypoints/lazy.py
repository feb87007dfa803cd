"""Imports adapters on first use."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def lazy(target: str) -> Callable[..., Any]:
    """A factory for `module:name` in the adapters. The first call imports the module."""

    def make(*args: Any, **kwargs: Any) -> Any:
        module, _, name = target.partition(":")
        return getattr(import_module(f"modeldesk.adapters.{module}"), name)(*args, **kwargs)

    return make
