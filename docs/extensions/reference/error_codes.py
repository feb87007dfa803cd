"""Every code of an error, a reason and a warning, with its words, read from the errors and from the words of the edges."""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import cleandoc
from pkgutil import walk_packages

import modeldesk
from modeldesk.domain.errors import ModeldeskError
from modeldesk.entrypoints.api.problems import SENTENCES, TITLES
from modeldesk.entrypoints.api.remedies import OWN, REMEDIES
from modeldesk.entrypoints.error_status import STATUSES
from modeldesk.entrypoints.words.catalogue import ALERTS
from modeldesk.entrypoints.words.marks import Plural
from modeldesk.entrypoints.words.table import WORDS, Sentence
from reference.markdown import code, table

HEAD = """# Error codes

A problem's `type` is `urn:modeldesk:problem:` and one of these codes; its `detail` is the sentence, and what to do over REST. Codes are stable; sentences are not. At the command line each
of them is exit code 1.

"""
REASONS = """
## Reasons

A reason says why: it is the fact `reason` of an error, or one entry of `errors`.

"""
WARNINGS = """
## Warnings of the overview

"""
OF_HTTP = """
## HTTP's own

What HTTP itself refuses has a code of HTTP.

"""


def page() -> str:
    """Four tables, each in the order of the alphabet."""
    errors = {kind.code: kind for kind in kinds()}
    reasons = {name: words for name, words in WORDS.items() if name not in errors}
    sentences = {**SENTENCES, 401: "not signed in", 403: "a write that did not come from a page of Modeldesk"}
    http = ((code(TITLES[number].lower().replace(" ", "-")), str(number), sentence) for number, sentence in sorted(sentences.items()))
    return (
        HEAD
        + table(("code", "status", "meaning", "what to do over REST", "facts"), (row(*item) for item in sorted(errors.items())))
        + REASONS
        + table(
            ("code", "sentence", "what to do over REST"),
            ((code(name), said(words), said(REMEDIES.get(name, ""))) for name, words in sorted(reasons.items())),
        )
        + WARNINGS
        + table(("code", "sentence"), ((code(name), said(words)) for name, words in sorted(ALERTS.items())))
        + OF_HTTP
        + table(("code", "status", "sentence"), (*http, (code("unexpected"), "500", "a mistake of Modeldesk; the log has the details")))
    )


def row(name: str, kind: type[ModeldeskError]) -> tuple[str, ...]:
    facts = ", ".join(map(code, kind.fact_names))
    return code(name), status(kind), meaning(kind), said(REMEDIES.get(name, "")), facts


def kinds() -> Iterator[type[ModeldeskError]]:
    """Every error with a code of its own, also of adapters: those count once the module that declares them is loaded. Families are left out."""
    for module in walk_packages(modeldesk.__path__, "modeldesk."):
        if ".migrations" not in module.name:
            import_module(module.name)
    waiting: list[type[ModeldeskError]] = [ModeldeskError]
    while waiting:
        kind = waiting.pop()
        if "code" in vars(kind) and not is_family(kind):
            yield kind
        waiting += kind.__subclasses__()


def is_family(kind: type[ModeldeskError]) -> bool:
    """Whether it is only caught, and raised as one of its members: it says nothing, and each member has a code of its own."""
    return not kind.fact_names and bool(kind.__subclasses__()) and all("code" in vars(member) for member in kind.__subclasses__())


def status(kind: type[ModeldeskError]) -> str:
    """The HTTP status; nothing for an error that only the command line meets."""
    return next((str(STATUSES[family]) for family in kind.__mro__ if family in STATUSES), "")


def meaning(kind: type[ModeldeskError]) -> str:
    """The sentence; where that is only the reason, the first paragraph of the docstring."""
    own: Mapping[str, Sentence] = {**WORDS, **OWN}
    words = said(own.get(kind.code, ""))
    if words and words != "*reason*":
        return words
    return " ".join(cleandoc(vars(kind).get("__doc__") or "").partition("\n\n")[0].split()) or words


def said(words: Sentence) -> str:
    """A sentence with its facts in italics."""
    text = words.many if isinstance(words, Plural) else words
    return re.sub(r"%\((\w+)\)s", r"*\1*", text.replace("*", "\\*").replace("<", "\\<")).replace("%%", "%")
