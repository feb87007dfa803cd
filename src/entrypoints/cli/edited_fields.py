"""Fields that admins edited since the last import, as text: what a plan keeps, what it decides, and what is in conflict."""

from collections.abc import Iterable, Iterator, Mapping

from modeldesk.domain.model.providers.edited_field import EditedField, Side
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.domain.services.import_plan import ImportPlan
from modeldesk.domain.services.use_plan import EditedUse
from modeldesk.entrypoints.cli.value_changes import change_lines, change_text, value_text

NOT_CHANGED = "the file has not changed it"


def edited_lines(plan: ImportPlan) -> Iterator[str]:
    """What becomes of each field that an admin edited: what both sides made of the value of the last import."""
    for title, edits in _by_outcome(plan):
        for edited in edits:
            yield from _lines(f"{title}: {edited.path}", edited)


def decided_lines(plan: ImportPlan) -> Iterator[str]:
    """The lines of the decided conflicts."""
    for edited in plan.all_decided:
        yield from _lines(f"{_decision(edited)}: {edited.path}", edited)


def _by_outcome(plan: ImportPlan) -> Iterator[tuple[str, Iterable[EditedField | EditedUse]]]:
    yield "✋ Kept", [*plan.kept, *plan.uses.kept]
    yield from ((_decision(edited), [edited]) for edited in plan.all_decided)
    yield "⚔️  Conflict", [*plan.conflicts, *plan.uses.conflicts]


def _decision(edited: EditedField | EditedUse) -> str:
    return "⚖️  Decided for the admin" if edited.side is Side.ADMIN else "⚖️  Decided for the file"


def _lines(start: str, edited: EditedField | EditedUse) -> Iterator[str]:
    """One line; for a capability, one for each part that a side has changed."""
    if any(isinstance(value, Capability) for value in (edited.imported, edited.stored, edited.declared)):
        yield start
        yield from (f"     an admin: {line}" for line in change_lines(edited.name, edited.imported, edited.stored))
        yield from (f"     {line}" for line in _of_file(edited))
    else:
        yield f"{start}: {_by_admin(edited)}; {_by_file(edited)}"


def _of_file(edited: EditedField | EditedUse) -> Iterator[str]:
    """What the file has made of the capability. Two that no import has written are compared: in words they may look equal."""
    if edited.declared == edited.imported:
        yield NOT_CHANGED
    elif edited.imported is None:
        yield from (f"the file differs from that: {line}" for line in change_lines(edited.name, edited.stored, edited.declared))
    else:
        yield from (f"the file: {line}" for line in change_lines(edited.name, edited.imported, edited.declared))


def _by_admin(edited: EditedField | EditedUse) -> str:
    if edited.imported is None:
        return f"an admin set {_text(edited.stored)}"
    if isinstance(edited.imported, Mapping):
        return f"an admin changed {_text(edited.imported)} → {_text(edited.stored)}"
    return f"an admin changed {change_text(edited.imported, edited.stored)}"


def _by_file(edited: EditedField | EditedUse) -> str:
    """A long value only as far as it differs, since two that are cut off at the same place look equal."""
    if edited.declared == edited.imported:
        return NOT_CHANGED
    declared = _text(edited.declared)
    if not declared.endswith("…"):
        return f"the file now has {declared}"
    if edited.imported is None:
        return f"the file differs from that: {change_text(edited.stored, edited.declared)}"
    return f"the file changed {change_text(edited.imported, edited.declared)}"


def _text(value: object) -> str:
    """The target of a use as `anthropic/chat (fallbacks: openai, cohere)`, another value as in a change."""
    if not isinstance(value, Mapping):
        return change_text(None, value).removeprefix(f"{value_text(None)} → ")
    fallbacks = ", ".join(value["fallbacks"])
    return f"{value['provider']}/{value['capability']}" + (f" (fallbacks: {fallbacks})" if fallbacks else "")
