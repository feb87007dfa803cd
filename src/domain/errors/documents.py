"""Values, bodies and declarations that break a rule."""

from collections.abc import Sequence
from typing import ClassVar

from attrs import define, frozen

from modeldesk.domain.errors.root import Invalid
from modeldesk.domain.suggestions import did_you_mean


@define(eq=False)
class InvalidValue(Invalid):
    """A single value against its rule; `message` says the rule."""

    message: str

    def __str__(self) -> str:
        return self.message


@frozen
class Problem:
    """One thing wrong in a document: where (`$.providers[3].slug`; line and column from 1 where known) and what.

    `file` is the document's name for people, empty where it has none or the path names it.
    """

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    file: str = ""

    def __str__(self) -> str:
        place = "" if self.line is None else f" (line {self.line}, column {self.column})"
        return f"{self.path}: {self.message}{place}{f' in {self.file}' if self.file else ''}"


@define(eq=False)
class DeclarationInvalid(Invalid):
    """A document that cannot be taken; nothing of it was."""

    code: ClassVar[str] = "declaration-invalid"
    problems: Sequence[Problem]

    def __str__(self) -> str:
        count = len(self.problems)
        return f"the declaration has {count} problem{'s' if count != 1 else ''}; nothing was imported"


@define(eq=False)
class DeclarationBroken(DeclarationInvalid):
    """A document that cannot be read at all: broken JSON, another encoding."""

    code: ClassVar[str] = "declaration-broken"


@define(eq=False)
class Malformed(Invalid):
    """A body that cannot be read at all."""

    code: ClassVar[str] = "malformed"
    problem: Problem

    def __str__(self) -> str:
        return str(self.problem)


@define(eq=False)
class RequestInvalid(Invalid):
    """A body or a query that can be read, but not be meant."""

    code: ClassVar[str] = "request-invalid"
    problems: Sequence[Problem]

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)


@define(eq=False)
class UnknownProviders(Invalid):
    """Names asked for that the document does not hold; `file` is its name for people, where it has one."""

    code: ClassVar[str] = "unknown-names"
    names: Sequence[str]
    known: Sequence[str]
    file: str = ""

    def __str__(self) -> str:
        return self.said_of("the declaration")

    def said_of(self, document: str) -> str:
        """The sentence, with these words for the document."""
        # Of one name only: each that is compared takes its time, and a request may hold hundreds.
        meant = did_you_mean(self.names[0], self.known) if len(self.names) == 1 else ""
        return f"no provider {', '.join(self.names)} in {document}{f'{meant} It' if meant else '; it'} holds: {', '.join(self.known) or 'none'}"
