"""Refusals of uses, and of questions about what is active."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from modeldesk.domain.errors.reason import Reason
from modeldesk.domain.errors.root import Conflict, ModeldeskError, NotFound, Outdated
from modeldesk.domain.suggestions import nearest


class UseNotFound(NotFound):
    """`known` are the uses that there are, by name."""

    code: ClassVar[str] = "use-not-found"
    use: str
    known: Sequence[str] = ()

    @property
    def facts(self) -> Mapping[str, object]:
        return {"use": self.use, "nearest": nearest(self.use, self.known), "known": self.known}


class UseVersionConflict(Outdated):
    """Somebody was faster: the use has another version than the `expected` one. 0 is a use that does not exist."""

    code: ClassVar[str] = "use-changed"
    use: str
    expected: int
    version: int


class UseNothingToRollBack(Conflict):
    """The use stands where it stood before its first change."""

    code: ClassVar[str] = "use-nothing-to-roll-back"
    use: str


class NothingActive(NotFound):
    """No model may be used for the slot now. `reason` says why; Modeldesk never answers with another model."""

    code: ClassVar[str] = "nothing-active"
    provider: str
    capability: str
    reason: Reason


class TooManyEvaluations(ModeldeskError):
    """This caller evaluates more flags than a worker answers to one; `seconds` until the next is answered, at least 1."""

    code: ClassVar[str] = "too-many-evaluations"
    seconds: int


class TooManyStreams(ModeldeskError):
    """This caller, or everybody together, has as many event streams open as a worker keeps."""

    code: ClassVar[str] = "too-many-streams"
    seconds: ClassVar[int] = 10
