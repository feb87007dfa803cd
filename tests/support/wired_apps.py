"""Applications that later ones with the same settings take over, as new: the routes of one take the framework longer than most tests need."""

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


def container() -> Container:
    """Its settings are put in before it is asked for anything."""
    return Container(settings=injection.Object(Settings()))


@define(eq=False)
class WiredApp:
    """A container, and the application that was made over it. The settings are without the address of the database."""

    settings: Settings
    is_reusable: bool
    clock: Clock
    container: Container = field(factory=container, init=False)
    _singletons: Sequence["injection.BaseSingleton[Any]"] = field(init=False)
    _made: Litestar | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        # The application holds its measurements; the two others never change.
        remaining = (self.container.measurements, self.container.classes, self.container.converter)
        self._singletons = [one for one in self.container.traverse(types=[injection.BaseSingleton]) if one not in remaining]

    def furnish(self, settings: Settings, **others: "injection.Provider[Any]") -> None:
        """Everything in the container is as new, and these stand in the place of what is there usually."""
        if self._made is not None:
            self._empty()
        # The application holds the clock that it was made with.
        furniture = {"settings": injection.Object(settings), "clock": injection.Object(self._now), **others}
        for name, instead in furniture.items():
            self.container.providers[name].override(instead)

    def litestar(self) -> Litestar:
        """The application over what the container was furnished with, as new."""
        if self._made is None:
            self._made = create_app(self.container)
        else:
            self.forget_measurements()
            _forget(self._made)
        return self._made

    def forget_measurements(self) -> None:
        """No request was counted."""
        self.container.measurements().__init__(SharedCounters(self.settings.workers))  # type: ignore[misc] # as new, where the application has it

    def _empty(self) -> None:
        """Nothing is left of those who had it before."""
        for provider in self.container.providers.values():
            provider.reset_override()
        for singleton in self._singletons:
            singleton.reset()

    def _now(self) -> Any:
        return self.clock()


_IDLE = list[WiredApp]()
"""Those that nobody has, the one that was given back last at the end."""


def taken(settings: Settings, clock: Clock, *, is_reusable: bool = True) -> WiredApp:
    """One of these settings that nobody else has. Where the class of containers has a replacement, a new one sees it, and is for this once."""
    alike = evolve(settings, database_url="")
    is_reusable = is_reusable and not any(provider.overridden for provider in Container.providers.values())
    for wired in reversed(_IDLE if is_reusable else []):
        if wired.settings == alike:
            _IDLE.remove(wired)
            wired.clock = clock
            return wired
    return WiredApp(alike, is_reusable, clock)


def give_back(wired: WiredApp) -> None:
    """It has ended, and others may take it."""
    if wired.is_reusable and wired not in _IDLE:
        _IDLE.append(wired)
        del _IDLE[:-MOST_IDLE]


def _forget(made: Litestar) -> None:
    """What an application has of its own, beside the container, is as it was made."""
    services: Services = made.dependencies["services"].dependency()
    services.answers.clear()
    services.evaluations._until.clear()
    hub, seen = made.state[EVENT_HUB], made.state[EVENT_HUB].look.__self__
    seen._generation = seen._state = None
    hub.__init__(hub.look)
    for kept in (services.overviews, services.stored_models, services.providers, services.flags):
        kept.__init__()  # type: ignore[misc] # as new, where the application has it
