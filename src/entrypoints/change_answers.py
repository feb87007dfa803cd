"""What was changed of providers, one by one or by an import, as JSON: for REST and `--format json` alike."""

from typing import Any

from modeldesk.domain.model.keys.key_choice import KeyState
from modeldesk.domain.services.import_plan import Changes, ImportPlan, Update
from modeldesk.entrypoints.answers import plain, provider_answer
from modeldesk.entrypoints.shapes import ChangedProviderAnswer, ImportAnswer


def import_answer(plan: ImportPlan, *, dry_run: bool) -> ImportAnswer:
    """The plan as a program reads it: slugs, and for each provider that is written over, what changes in it."""
    changes = {update.new.slug: changes_answer(update.changes) for update in plan.updated}
    pruned: dict[str, dict[str, list[Any]]] = {provider.slug: {"is_active": [True, False]} for provider in plan.deactivated}
    return ImportAnswer(
        created=[provider.slug for provider in plan.created],
        updated=[update.new.slug for update in plan.updated],
        unchanged=[provider.slug for provider in plan.unchanged],
        skipped=[skip.provider.slug for skip in plan.skipped],
        deactivated=[provider.slug for provider in plan.deactivated],
        changes=changes | pruned,
        dry_run=dry_run,
    )


def changes_answer(changes: Changes) -> dict[str, list[Any]]:
    """Old and new, by the field's name."""
    return {name: [plain(old), plain(new)] for name, (old, new) in changes.items()}


def changed_provider_answer(update: Update, key: KeyState) -> ChangedProviderAnswer:
    return ChangedProviderAnswer(**provider_answer(update.new, key), changes=changes_answer(update.changes))
