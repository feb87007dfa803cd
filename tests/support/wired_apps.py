"""A pool of applications. A test gets one that an earlier test with the same settings released, reset: creating its routes takes longer than most tests."""

from collections.abc import Sequence
from typing import Any

from attrs import define, evolve, field
from dependency_injector import providers as injection
from litestar import Litestar

from modeldesk.domain.ports.clock import Clock
from modeldesk.entrypoints.api.app import EVENT_HUB, create_app
from modeldesk.entrypoints.api.services import Services
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.metrics.shared_counters import SharedCounters
from modeldesk.entrypoints.settings import Settings

MOST_IDLE = 8
ITS_OWN = frozenset({"settings", "clock", "store", "metadata", "hasher", "vendors", "vault"})
"""Providers that each test's application overrides itself: whether they are overridden for all containers makes no difference to it."""


def container() -> Container:
    """A container; its settings are replaced before anything is resolved from it."""
    return Container(settings=injection.Object(Settings()))


@define(eq=False)
class WiredApp:
    """A container with the application that was created from it. `settings` has no database URL."""

    settings: Settings
    is_reusable: bool
    clock: Clock
    container: Container = field(factory=container, init=False)
    _singletons: Sequence["injection.BaseSingleton[Any]"] = field(init=False)
    _made: Litestar | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        # The application keeps a reference to its measurements; the two others never change.
        remaining = (self.container.measurements, self.container.classes, self.container.converter)
        self._singletons = [one for one in self.container.traverse(types=[injection.BaseSingleton]) if one not in remaining]

    def configure(self, settings: Settings, **others: "injection.Provider[Any]") -> None:
        """Resets the container, and overrides its providers with these."""
        if self._made is not None:
            self._reset_container()
        # The application keeps a reference to its first clock.
        overrides = {"settings": injection.Object(settings), "clock": injection.Object(self._now), **others}
        for name, provider in overrides.items():
            self.container.providers[name].override(provider)

    def litestar(self) -> Litestar:
        """The application of this container, reset."""
        if self._made is None:
            self._made = create_app(self.container)
        else:
            self.reset_measurements()
            _reset_application(self._made)
        return self._made

    def reset_measurements(self) -> None:
        """Resets the counts of requests."""
        self.container.measurements().__init__(SharedCounters(self.settings.workers))  # type: ignore[misc] # reset in place: the application refers to it

    def _reset_container(self) -> None:
        """Drops the overrides and the singletons of the test before."""
        for provider in self.container.providers.values():
            provider.reset_override()
        for singleton in self._singletons:
            singleton.reset()

    def _now(self) -> Any:
        return self.clock()


_IDLE = list[WiredApp]()
"""The released applications, the latest at the end."""


def acquire(settings: Settings, clock: Clock, *, is_reusable: bool = True) -> WiredApp:
    """A released application with these settings, or a new one. If another provider of the class `Container` is overridden, it is new and is not reused."""
    alike = evolve(settings, database_url="")
    is_reusable = is_reusable and not any(provider.overridden for name, provider in Container.providers.items() if name not in ITS_OWN)
    for wired in reversed(_IDLE if is_reusable else []):
        if wired.settings == alike:
            _IDLE.remove(wired)
            wired.clock = clock
            return wired
    return WiredApp(alike, is_reusable, clock)


def release(wired: WiredApp) -> None:
    """Puts an application that has ended into the pool."""
    if wired.is_reusable and wired not in _IDLE:
        _IDLE.append(wired)
        del _IDLE[:-MOST_IDLE]


def _reset_application(made: Litestar) -> None:
    """Resets the state that an application has outside of the container."""
    services: Services = made.dependencies["services"].dependency()
    services.answers.clear()
    services.evaluations._until.clear()
    hub, seen = made.state[EVENT_HUB], made.state[EVENT_HUB].look.__self__
    seen._generation = seen._state = None
    hub.__init__(hub.look)
    for kept in (services.overviews, services.stored_models, services.providers, services.flags):
        kept.__init__()  # type: ignore[misc] # reset in place: the application refers to it
