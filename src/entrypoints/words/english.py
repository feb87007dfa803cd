"""Refusals in plain English, as the command line and REST say them: what is wrong, then what to do in the terms of that edge."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from modeldesk.domain.errors import ModeldeskError, Problem, Reason
from modeldesk.entrypoints.words.catalogue import ALERTS
from modeldesk.entrypoints.words.marks import Plural
from modeldesk.entrypoints.words.table import (
    CODES_OF_TEXT,
    MORE,
    MOST_LISTED,
    NAMES,
    NONE,
    PLAIN_NUMBERS,
    UNKNOWN,
    VOCABULARY,
    Sentence,
    remedy_of,
    sentence_of,
    tails_of,
)
from modeldesk.entrypoints.words.visible import quoted_fact

JOINERS = "\u200c\u200d"
"""Between letters they are ordinary Persian."""


class English(Struct, frozen=True):
    """An edge's English: `own` sentences in the place of those for all, and `remedies` by code."""

    own: Mapping[str, Sentence] = {}
    remedies: Mapping[str, str] = {}

    def refusal(self, error: ModeldeskError) -> str:
        """What is wrong and what to do, without a full stop: it stands behind `Error:` or in a `detail`."""
        said = self._said(error.code, error.facts)
        remedy = remedy_of(error, self.remedies)
        return said if remedy is None else _joined([said, remedy[0] % {name: self._raw(name, fact) for name, fact in remedy[1].items()}])

    def reason(self, reason: Reason) -> str:
        """Why, to stand in a sentence or by itself."""
        return self._said(reason.code, reason.facts)

    def problem(self, problem: Problem) -> str:
        """`$.providers[3].slug: must not be blank (line 7, column 3) in providers.json`."""
        place = "" if problem.line is None else f" (line {problem.line}, column {problem.column})"
        return f"{problem.path}: {self.reason(problem.reason)}{place}{f' in {problem.file}' if problem.file else ''}"

    def alert(self, code: str, facts: Mapping[str, object]) -> str:
        """What needs attention."""
        without_list = code == "list-failed" and facts.get("fetched_at") is None
        sentence = ALERTS.get("list-failed-without-list" if without_list else code, code)
        return sentence % {name: self._raw(name, fact) for name, fact in facts.items()}

    def _said(self, code: str, facts: Mapping[str, object]) -> str:
        sentence = sentence_of(code, facts, self.own)
        shown: dict[str, object] = {name: self._shown(name, fact) for name, fact in facts.items()}
        if isinstance(sentence, Plural):
            count = facts["count"]
            shown["num"] = shown["count"]
            sentence = sentence.one if count == 1 else sentence.many
        return _joined([sentence % shown, *(tail % shown for tail in tails_of(facts))])

    def _shown(self, name: str, fact: object) -> str:
        if isinstance(fact, str) and name in NAMES:
            return repr(quoted_fact(fact))
        if isinstance(fact, str) and name in CODES_OF_TEXT:
            return f"`{quoted_fact(fact)}`"
        return self._raw(name, fact)

    def _raw(self, name: str, fact: object) -> str:
        match fact:
            case Reason():
                return self.reason(fact)
            case str():
                return _printable(quoted_fact(VOCABULARY.get(name, {}).get(fact, fact)))
            case date():
                return f"{fact:%Y-%m-%d %H:%M} UTC" if isinstance(fact, datetime) else str(fact)
            case int() | float():
                return str(fact) if name in PLAIN_NUMBERS else f"{fact:,}" if isinstance(fact, int) else f"{fact:g}"
            case list() | tuple():
                return self._listed(name, fact)
        return UNKNOWN

    def _listed(self, name: str, facts: Sequence[object]) -> str:
        words = [self._raw(name, fact) for fact in facts]
        more = len(words) - MOST_LISTED
        if name != "known" or more <= 0:
            return ", ".join(words) or (UNKNOWN if name == "inputs" else NONE)
        return MORE % {"listed": ", ".join(words[:MOST_LISTED]), "count": f"{more:,}"}


PLAIN = English()
"""The sentences that every edge has, for answers that REST and `--format json` give alike."""


def _joined(parts: Sequence[str]) -> str:
    """`a; b`, and after a question a new sentence."""
    said = parts[0]
    for part in parts[1:]:
        said += f" {part[:1].upper()}{part[1:]}" if said.endswith("?") else f"; {part}"
    return said


def _printable(text: str) -> str:
    """With everything that does not show, or reorders what stands around it, as a JSON escape."""
    return "".join(char if char.isprintable() or char in JOINERS else json.dumps(char)[1:-1] for char in text)
