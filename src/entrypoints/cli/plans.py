"""Import plans as text: one line for each provider, in the order of the declaration, and a summary."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from attrs import fields

from modeldesk.domain.model.providers.declared_model import DeclaredModels
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.model_differences import bounded_changes
from modeldesk.domain.model.providers.provider import Capability, Provider, ProviderConfig
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.domain.services.declaration import DeclaredEntry
from modeldesk.domain.services.import_plan import Changes, DeclaredProvider, ImportOptions, ImportPlan
from modeldesk.domain.services.use_plan import UsePlan

LONGEST_VALUE = 60
KEPT_BEFORE_DIFFERENCE = 12
MOST_DIFFERENCES = 5


def import_lines(plan: ImportPlan, declared: Sequence[DeclaredEntry], options: ImportOptions) -> Iterator[str]:
    """The output of `import-providers`, without the line that announces a dry run."""
    yield f"📦 Found {plan.found} provider(s) to import"
    lines = _lines_by_provider(plan)
    yield from chain.from_iterable(lines[entry.slug] for entry in declared)
    for provider in plan.deactivated:
        yield f"🚫 Disabled: {_label(provider)}"
    yield from import_warnings(plan)
    yield from _use_lines(plan.uses)
    yield "📊 Import Summary:"
    yield from _summary(plan, options)


def import_warnings(plan: ImportPlan) -> Iterator[str]:
    """Effects of an import that may be unintended: models that it deselects, and deleted uses that it creates again."""
    for lost in plan.lost:
        yield f"⚠️  Model deselected: {lost.slot.provider} {lost.slot.capability}: {lost.model} (its capability was removed)"
    for deletion in plan.uses.deletions:
        yield f"⚠️  Use created again: {deletion.name} ({deletion.changed_by} deleted it at {format_timestamp(deletion.changed_at)})"


def _use_lines(uses: UsePlan) -> Iterator[str]:
    """A line for each declared use; none where no use is declared."""
    yield from (f"✅ Created use: {use.name} ({use.slot.path})" for use in uses.created)
    yield from (f"🔄 Updated use: {change.new.name} ({change.old.slot.path} → {change.new.slot.path})" for change in uses.updated)
    yield from (f"⏸️  Unchanged use: {use.name}" for use in uses.unchanged)
    yield from (f"⏭️  Skipped use: {use.name} (exists)" for use in uses.skipped)


def population_lines(plan: ImportPlan, declared: Sequence[DeclaredProvider]) -> Iterator[str]:
    """The output of `populate`, in the format of the older system's script."""
    rule = "=" * 60
    yield from (rule, "🚀 Populating AI Providers and Models", rule, "", "📦 Step 1: Creating/Updating Providers...")
    created, updated = {provider.slug for provider in plan.created}, {update.new.slug: update.new for update in plan.updated}
    for entry in declared:
        if entry.slug in created:
            yield f"✅ Created: {entry.provider.display_name}"
        elif entry.slug in updated:
            yield f"🔄 Updated: {updated[entry.slug].display_name}"
    for provider in plan.deactivated:
        yield f"🚫 Deactivated: {provider.display_name}"
    counts = f"{len(plan.created)} created, {len(plan.updated)} updated, {len(plan.deactivated)} deactivated"
    yield from (rule, "✅ DONE!", f"   Providers: {counts}", rule)


def _lines_by_provider(plan: ImportPlan) -> dict[Slug, list[str]]:
    """The lines of each declared provider."""
    unused = {slug: [f"     config.{key} is kept, and not used by Modeldesk" for key in keys] for slug, keys in plan.unused_keys.items()}
    lines = {provider.slug: [f"✅ Created: {_label(provider)}", *unused.get(provider.slug, ())] for provider in plan.created}
    for update in plan.updated:
        changed = [f"     {name}: {change_text(old, new)}" for name, (old, new) in update.changes.items()]
        lines[update.new.slug] = [f"🔄 Updated: {_label(update.new)}", *changed, *unused.get(update.new.slug, ())]
    lines |= {provider.slug: [f"⏸️  Unchanged: {_label(provider)}"] for provider in plan.unchanged}
    return lines | {skip.provider.slug: [f"⏭️  Skipped: {_label(skip.provider)} ({_differences(skip.changes)})"] for skip in plan.skipped}


def _summary(plan: ImportPlan, options: ImportOptions) -> Iterator[str]:
    yield f"  ✅ Created: {len(plan.created)}"
    yield f"  🔄 Updated: {len(plan.updated)}"
    if options.force:
        yield f"  ⏸️  Unchanged: {len(plan.unchanged)}"
    yield f"  ⏭️  Skipped: {len(plan.skipped)}"
    if options.prune:
        yield f"  🚫 Disabled: {len(plan.deactivated)}"
    if plan.lost:
        yield f"  ⚠️  Models deselected: {len(plan.lost)}"


def _label(provider: Provider | ImportedEntry) -> str:
    return f"{provider.display_name} ({provider.slug})"


def _differences(differing: Changes) -> str:
    match len(differing):
        case 0:
            return "exists; equal"
        case 1:
            return "exists; 1 field differs, --force updates it"
        case count:
            return f"exists; {count} fields differ, --force updates them"


def change_text(old: object, new: object) -> str:
    """A change as `7 → 8`. Long objects are shown by the members that differ, other long values from shortly before their first difference; for
    lists of models the text names the differing ids.
    """
    if isinstance(old, DeclaredModels) and isinstance(new, DeclaredModels):
        return _models_text(old, new)
    before, after = _json_text(old), _json_text(new)
    if max(len(before), len(after)) > LONGEST_VALUE:
        if differing := _members_that_differ(old, new):
            shown = [f"{name}: {change_text(*pair)}" for name, pair in differing[:MOST_DIFFERENCES]]
            return "; ".join([*shown, *([f"and {len(differing) - MOST_DIFFERENCES} more"] if len(differing) > MOST_DIFFERENCES else [])])
        start = max(0, _common_prefix_length(before, after) - KEPT_BEFORE_DIFFERENCE)
        before, after = _cut(before, start), _cut(after, start)
    return f"{before} → {after}"


def _members_that_differ(old: object, new: object) -> list[tuple[str, tuple[object, object]]]:
    """The members of two objects, of a capability with each model; empty for other values."""
    match old, new:
        case Capability(), Capability():
            pairs = {entry.name: (getattr(old, entry.name), getattr(new, entry.name)) for entry in fields(Capability)}
            return list(bounded_changes({name: pair for name, pair in pairs.items() if pair[0] != pair[1]}).items())
        case (Mapping() as before, Mapping() as after) | (ProviderConfig(members=before), ProviderConfig(members=after)):
            names = dict.fromkeys([*before, *after])
            return [(name, (before.get(name), after.get(name))) for name in names if before.get(name) != after.get(name)]
        case _:
            return []


def _models_text(old: DeclaredModels, new: DeclaredModels) -> str:
    before, after = {model.id: model for model in old}, {model.id: model for model in new}
    kinds = {
        "added": [name for name in after if name not in before],
        "removed": [name for name in before if name not in after],
        "changed": [name for name in after if name in before and before[name] != after[name]],
    }
    differences = [f"{kind} {_cut(', '.join(names), 0)}" for kind, names in kinds.items() if names] or ["in another order"]
    return f"{_models(len(old))} → {_models(len(new))} ({'; '.join(differences)})"


def _models(count: int) -> str:
    return "1 model" if count == 1 else f"{count} models"


def _json_text(value: object) -> str:
    from modeldesk.entrypoints.responses.providers import field_json  # noqa: PLC0415 - most imports show no changed values

    return "none" if value is None else json.dumps(field_json(value), ensure_ascii=False)


def _common_prefix_length(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (first, second) in pairs if first != second), min(len(one), len(other)))


def _cut(text: str, start: int) -> str:
    part = text[start : start + LONGEST_VALUE]
    return f"{'…' if start else ''}{part}{'…' if start + LONGEST_VALUE < len(text) else ''}"
