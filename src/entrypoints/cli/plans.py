"""Import plans as text: one line for each provider, in the order of the declaration, and a summary."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby

from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.ownership import edited_field
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.domain.services.declaration import DeclaredEntry
from modeldesk.domain.services.import_plan import Changes, DeclaredProvider, ImportOptions, ImportPlan
from modeldesk.domain.services.use_plan import UsePlan
from modeldesk.entrypoints.cli.value_changes import change_lines


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
    """Effects of an import that may be unintended: models that it deselects, edits that it replaces, and deleted uses that it creates again."""
    for lost in plan.lost:
        yield f"⚠️  Model deselected: {lost.slot.provider} {lost.slot.capability}: {lost.model} (its capability was removed)"
    for subject, edits in groupby(plan.all_replaced, key=lambda edited: edited.path.partition(".")[0]):
        yield f"⚠️  Edits of admins replaced: {subject} ({', '.join(edited.name for edited in edits)})"
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
        changed = [
            f"     {line}{_mark(update.old, name)}" for name, (old, new) in update.changes.items() for line in change_lines(name, old, new)
        ]
        lines[update.new.slug] = [f"🔄 Updated: {_label(update.new)}", *changed, *unused.get(update.new.slug, ())]
    lines |= {provider.slug: [f"⏸️  Unchanged: {_label(provider)}"] for provider in plan.unchanged}
    return lines | {skip.provider.slug: [f"⏭️  Skipped: {_label(skip.provider)} ({_differences(skip.changes)})"] for skip in plan.skipped}


def _mark(stored: Provider, path: str) -> str:
    """Says of a change that it replaces what an admin made of the field since the last import."""
    if (name := edited_field(stored, path)) is None:
        return ""
    if stored.field_value(name) is None:
        return " (an admin removed it)"
    return " (an admin added it)" if stored.imported_values[name] is None else " (an admin edited it)"


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
    if kept := len(plan.kept) + len(plan.uses.kept):
        yield f"  ✋ Kept: {kept}"
    if plan.all_decided:
        yield f"  ⚖️  Decided: {len(plan.all_decided)}"
    if plan.in_conflict:
        yield f"  ⚔️  Conflicts: {len(plan.in_conflict)}"


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
