"""A digest of everything that products are answered: it changes when an answer does, and at no other time. Lifecycles make it hang on the day."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.records import define
from modeldesk.domain.services.resolution import Outcome, Resolver
from modeldesk.entrypoints.consumer.event_hub import State
from modeldesk.entrypoints.responses.fragments import Joined


@define
class FlagsState:
    """Looks at the generation first: most looks find the one of the last look, and stop there."""

    snapshots: Callable[[], Snapshots]
    resolver: Callable[[], Resolver]
    clock: Clock
    answered: Callable[[Sequence[Outcome]], Awaitable[Joined]]
    _generation: tuple[int, int, date] | None = None
    _state: State | None = None

    async def look(self) -> State:
        """The present state. Raises as `Snapshots.current`."""
        numbers = (await self.snapshots().current()).generation
        generation = (numbers.catalogue, numbers.choices, self.clock().date())
        if self._state is None or generation != self._generation:
            tag = (await self.answered(await self.resolver().all())).digest.hex()[:32]
            if self._state is None or tag != self._state.tag:
                self._state = State(tag, int(self.clock().timestamp()))
            self._generation = generation
        return self._state
