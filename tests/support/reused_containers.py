"""Containers that commands of this process reuse, reset: copying all providers takes a third of the time of a short command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, field
from dependency_injector import providers as injection

from modeldesk.entrypoints.cli import running
from modeldesk.entrypoints.container import Container


@define(eq=False)
class ReusedContainer:
    """A container whose settings are given for each command."""

    container: Container = field(factory=Container)
    _singletons: "list[injection.BaseSingleton[Any]]" = field(init=False)
    _overridden: "list[tuple[injection.Provider[Any], int]]" = field(init=False)
    """Each provider with the number of its overrides, which it has from the class `Container`."""

    def __attrs_post_init__(self) -> None:
        self._singletons = list(self.container.traverse(types=[injection.BaseSingleton]))
        self._overridden = [(provider, len(provider.overridden)) for provider in self.container.providers.values()]

    def reset(self) -> None:
        """Drops what the command overrode and created."""
        for provider, overrides in self._overridden:
            while len(provider.overridden) > overrides:
                provider.reset_last_overriding()
        for singleton in self._singletons:
            singleton.reset()


_IDLE = dict[object, list[ReusedContainer]]()
"""By the overrides of the class, which each container copied."""


@contextmanager
def reused_containers() -> Iterator[None]:
    """Each container that a command opens within this block is a reset one, where there is one; the block ends after the command."""
    overrides = tuple(provider.overridden for provider in Container.providers.values())
    idle, lent = _IDLE.setdefault(overrides, []), list[ReusedContainer]()

    def lend(*, settings: "injection.Provider[Any]") -> Container:
        lent.append(idle.pop() if idle else ReusedContainer())
        lent[-1].container.settings.override(settings)
        return lent[-1].container

    opened = running.Container
    running.Container = lend  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        running.Container = opened  # type: ignore[misc]
        for one in lent:
            one.reset()
        idle += lent
