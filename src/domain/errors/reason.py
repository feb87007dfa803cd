"""Why something is refused, failed or decided, as a program says it: a stable code and named facts. The edges have the words."""

from collections.abc import Callable, Mapping

from modeldesk.domain.records import frozen


@frozen(init=False)
class Reason:
    """`code` is stable; `facts` are plain values: texts, numbers, moments, lists of texts, or a reason of their own.

    Each code has words in `entrypoints/words` for the command line, REST and every language of the panel; a test counts them.
    """

    code: str
    facts: Mapping[str, object]

    def __init__(self, code: str, /, **facts: object) -> None:
        self.__attrs_init__(code, {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()})

    def adding(self, **facts: object) -> "Reason":
        """The same with further facts."""
        return Reason(self.code, **{**self.facts, **facts})

    def with_texts(self, change: Callable[[str], str]) -> "Reason":
        """The same with each text among the facts changed, also inside a reason of theirs."""
        return Reason(self.code, **{name: _changed(fact, change) for name, fact in self.facts.items()})

    def __hash__(self) -> int:
        return hash((self.code, *self.facts.values()))

    def __str__(self) -> str:
        """For logs; nothing that is shown to people."""
        return log_text(self.code, self.facts)


def _changed(fact: object, change: Callable[[str], str]) -> object:
    match fact:
        case str():
            return change(fact)
        case Reason():
            return fact.with_texts(change)
        case tuple():
            return tuple(_changed(part, change) for part in fact)
    return fact


def log_text(code: str, facts: Mapping[str, object]) -> str:
    """`code: fact='value', fact=3`; a reason among the facts in brackets."""
    texts = ", ".join(f"{name}={f'({value})' if isinstance(value, Reason) else repr(value)}" for name, value in facts.items())
    return f"{code}: {texts}" if texts else code
