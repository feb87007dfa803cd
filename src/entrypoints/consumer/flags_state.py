"""A digest of everything that products are answered: it changes when an answer does, and at no other time. Lifecycles make it hang on the day."""

import hashlib
from collections.abc import Callable
from datetime import date

import msgspec
from attrs import define

from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.services.resolution import Resolver
from modeldesk.entrypoints.consumer.event_hub import State
from modeldesk.entrypoints.consumer.flags import evaluations, without_generations


@define(eq=False)
class FlagsState:
    """Looks at the generation first: most looks find the one of the last look, and stop there."""

    snapshots: Callable[[], Snapshots]
    resolver: Callable[[], Resolver]
    clock: Clock
    _generation: tuple[int, int, date] | None = None
    _state: State | None = None

    async def look(self) -> State:
        """The present state. Raises as `Snapshots.current`."""
        numbers = (await self.snapshots().current()).generation
        generation = (numbers.catalogue, numbers.choices, self.clock().date())
        if self._state is None or generation != self._generation:
            answers = without_generations(evaluations(await self.resolver().all()))
            tag = hashlib.sha256(msgspec.json.encode(answers)).hexdigest()[:32]
            if self._state is None or tag != self._state.tag:
                self._state = State(tag, int(self.clock().timestamp()))
            self._generation = generation
        return self._state
