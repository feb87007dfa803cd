"""Values, bodies and declarations that break a rule."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from modeldesk.domain.errors.reason import Reason
from modeldesk.domain.errors.root import Invalid, Unavailable
from modeldesk.domain.records import frozen
from modeldesk.domain.suggestions import nearest


class InvalidValue(Invalid):
    """A single value against its rule; `reason` names the rule: `InvalidValue("name-too-long", most=64, count=70)`."""

    reason: Reason

    def __init__(self, rule: str, /, **facts: object) -> None:
        super().__init__(Reason(rule, **facts))


class InvalidCombination(InvalidValue):
    """A member that breaks a rule of its object: `InvalidCombination("accept-without-refresh", member="accept")`."""

    def __init__(self, rule: str, /, *, member: str, **facts: object) -> None:
        super().__init__(rule, member=member, **facts)

    @property
    def member(self) -> str:
        return str(self.reason.facts["member"])


@frozen
class Problem:
    """One thing wrong in a document: where (`$.providers[3].slug`; line and column from 1 where known) and what.

    `file` is the document's name for people, empty where it has none or the path names it.
    """

    path: str
    reason: Reason
    line: int | None = None
    column: int | None = None
    file: str = ""


class DeclarationInvalid(Invalid):
    """A document that cannot be taken; nothing of it was."""

    code: ClassVar[str] = "declaration-invalid"
    problems: Sequence[Problem]

    @property
    def facts(self) -> Mapping[str, object]:
        return {"count": len(self.problems)}


class DeclarationBroken(DeclarationInvalid):
    """A document that cannot be read at all: broken JSON, another encoding."""

    code: ClassVar[str] = "declaration-broken"


class FileRefused(Invalid):
    """A file that is not taken: another user may change it, it is no regular file, or it cannot be read as text."""

    code: ClassVar[str] = "file-refused"
    file: str
    reason: Reason


class Malformed(Invalid):
    """A body that cannot be read at all."""

    code: ClassVar[str] = "malformed"
    problem: Problem

    @property
    def facts(self) -> Mapping[str, object]:
        return {"reason": self.problem.reason}


class RequestInvalid(Invalid):
    """A body or a query that can be read and breaks rules."""

    code: ClassVar[str] = "request-invalid"
    problems: Sequence[Problem]

    @property
    def facts(self) -> Mapping[str, object]:
        return {"count": len(self.problems)}


class UnknownProviders(Invalid):
    """Slugs asked for that the document does not hold; `holds` are those that it does, `file` is its name for people, where it has one."""

    code: ClassVar[str] = "unknown-names"
    names: Sequence[str]
    holds: Sequence[str]
    file: str = ""

    @property
    def facts(self) -> Mapping[str, object]:
        # Of one name only: each that is compared takes its time, and a request may hold hundreds.
        near = nearest(self.names[0], self.holds) if len(self.names) == 1 else None
        return {"names": self.names, "nearest": near, "holds": self.holds, "file": self.file}


class ImportBusy(Unavailable):
    """Other imports are running, and took longer than we wait."""

    code: ClassVar[str] = "import-busy"
