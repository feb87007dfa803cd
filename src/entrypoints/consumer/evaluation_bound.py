"""How many flags one token or session may evaluate in a worker, so that a product in a loop leaves the others their answers."""

import math

from attrs import field

from modeldesk.domain.errors import TooManyEvaluations
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.records import define

BURST_SECONDS = 5
"""The evaluations of so many seconds may come at once."""

MOST_KEPT = 4_096


@define
class EvaluationBound:
    """The generic cell rate algorithm: for each credential, one moment. `per_second` None is no bound."""

    per_second: int | None
    clock: Clock
    _until: dict[str, float] = field(factory=dict)
    """When nothing of the burst is used any more, in seconds since 1970."""

    def admit(self, whose: str) -> None:
        """Counts one evaluation. Raises TooManyEvaluations, which counts none."""
        if self.per_second is None:
            return
        now = self.clock().timestamp()
        until = self._until.get(whose, now)
        # Before: unused for a while. After: the clock was set back.
        after = (until if now <= until <= now + BURST_SECONDS else now) + 1 / self.per_second
        if after > now + BURST_SECONDS:
            raise TooManyEvaluations(math.ceil(after - now - BURST_SECONDS))
        if len(self._until) >= MOST_KEPT and whose not in self._until:
            self._until = {other: moment for other, moment in self._until.items() if moment > now}
        self._until[whose] = after
