"""Changed values as text: `7 → 8`, and what two lists of models differ in."""

import json
from collections.abc import Iterator

from modeldesk.domain.model.providers.declared_model import DeclaredModels
from modeldesk.domain.model.providers.differing_parts import common_prefix_length, differing_parts
from modeldesk.domain.model.providers.model_differences import differing_models
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.entrypoints.cli.wording import counted

LONGEST_VALUE = 60
KEPT_BEFORE_DIFFERENCE = 12
MOST_DIFFERENCES = 5
MOST_LINES = 20


def change_lines(path: str, old: object, new: object) -> list[str]:
    """A line for each part of a field that differs: `config.timeout: 10 → 20`. A list of models has one, and one for each differing field of a model."""
    lines = [line for part, before, after in differing_parts(path, old, new) for line in _part_lines(part, before, after)]
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"{path}: and {len(lines) - MOST_LINES} more differences"]


def change_text(old: object, new: object) -> str:
    """A change as `7 → 8`. Long objects are shown by the members that differ, other long values from shortly before their first difference; for
    lists of models the text names the differing ids.
    """
    if isinstance(old, DeclaredModels) and isinstance(new, DeclaredModels):
        return _models_text(old, new)
    before, after = value_text(old), value_text(new)
    if max(len(before), len(after)) > LONGEST_VALUE:
        if differing := [part for part in differing_parts("", old, new) if part[0]]:
            shown = [f"{path[1:]}: {change_text(*pair)}" for path, *pair in differing[:MOST_DIFFERENCES]]
            return "; ".join([*shown, *([f"and {len(differing) - MOST_DIFFERENCES} more"] if len(differing) > MOST_DIFFERENCES else [])])
        start = max(0, common_prefix_length(before, after) - KEPT_BEFORE_DIFFERENCE)
        before, after = _cut(before, start), _cut(after, start)
    return f"{before} → {after}"


def _part_lines(path: str, old: object, new: object) -> Iterator[str]:
    yield f"{path}: {change_text(old, new)}"
    if isinstance(old, DeclaredModels) and isinstance(new, DeclaredModels):
        for name, (before, after) in differing_models(old, new).changed.items():
            yield from change_lines(f"{path}[{name}]", before, after)


def _models_text(old: DeclaredModels, new: DeclaredModels) -> str:
    differing = differing_models(old, new)
    kinds = {"added": differing.added, "removed": differing.removed, "changed": differing.changed}
    differences = [f"{kind} {_cut(', '.join(names), 0)}" for kind, names in kinds.items() if names] or ["in another order"]
    return f"{counted(len(old), 'model')} → {counted(len(new), 'model')} ({'; '.join(differences)})"


def value_text(value: object) -> str:
    """A value as JSON, a capability in words; `none` where there is none."""
    from modeldesk.entrypoints.responses.providers import field_json  # noqa: PLC0415 - most imports show no changed values

    if value is None:
        return "none"
    return _capability_text(value) if isinstance(value, Capability) else json.dumps(field_json(value), ensure_ascii=False)


def _capability_text(capability: Capability) -> str:
    """`not supported`, `fixed list, 2 models (a, b)`, `live list, include gpt-*`."""
    if not capability.supported:
        return "not supported"
    models = f"{counted(len(capability.models), 'model')} ({_cut(', '.join(capability.models.ids), 0)})" if capability.models else ""
    patterns = [
        f"{name} {_cut(', '.join(texts), 0)}" for name, texts in (("include", capability.include), ("exclude", capability.exclude)) if texts
    ]
    kind = "live list" if capability.has_dynamic_models else "fixed list"
    return ", ".join(part for part in (kind, models, *patterns) if part)


def _cut(text: str, start: int) -> str:
    part = text[start : start + LONGEST_VALUE]
    return f"{'…' if start else ''}{part}{'…' if start + LONGEST_VALUE < len(text) else ''}"
