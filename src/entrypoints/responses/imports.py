"""What an import changes, and what becomes of the fields that admins edited."""

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired, TypedDict

from modeldesk.domain.model.dependents import Dependent
from modeldesk.domain.services.import_plan import ImportPlan
from modeldesk.entrypoints.responses.dependents import DependentResponse
from modeldesk.entrypoints.responses.providers import changes_json, field_json
from modeldesk.entrypoints.responses.serializer import GIVEN, Source, serialize


class EditedResponse(TypedDict):
    """`stored` is the admin's value; the last import wrote `imported`."""

    field: Annotated[str, Source("name")]
    imported: Annotated[Any, Source(lambda edited: field_json(edited.imported))]
    stored: Annotated[Any, Source(lambda edited: field_json(edited.stored))]
    declared: Annotated[Any, Source(lambda edited: field_json(edited.declared))]


class EditedFieldResponse(EditedResponse):
    """A capability is a field of its own: `capabilities.chat`."""

    provider: str


class EditedUseResponse(EditedResponse):
    """`field` is `description`, or `target`. `imported` is null where no import has written the use."""

    use: str


class DecidedFieldResponse(EditedFieldResponse):
    """A conflict whose value is that of `side`: `file` or `admin`."""

    side: str


class DecidedUseResponse(EditedUseResponse):
    """A conflict whose value is that of `side`: `file` or `admin`."""

    side: str


class FormerUseResponse(TypedDict):
    name: str
    deleted_at: Annotated[str, Source("changed_at")]
    deleted_by: Annotated[str, Source("changed_by")]


class ImportedUsesResponse(TypedDict):
    """`deleted` are the created uses that somebody had deleted, and `replaced` what admins edited and the import overwrites."""

    created: Annotated[list[str], Source("created", each="name")]
    updated: Annotated[list[str], Source("updated", each="new.name")]
    unchanged: Annotated[list[str], Source("unchanged", each="name")]
    skipped: Annotated[list[str], Source("skipped", each="name")]
    deleted: NotRequired[Annotated[list[FormerUseResponse], Source("deletions")]]
    replaced: NotRequired[list[EditedUseResponse]]


class ImportResponse(TypedDict):
    """The plan by slug, and what changes in each provider that exists. `digest` identifies what it changes.

    `replaced` are the changed fields that an admin edited since the last import. `unused` are the keys of `config` that are kept and that nothing uses. `uses` is there where the declaration has any.
    `dependents` are the programs that asked lately for what it takes away, disables or points elsewhere.
    """

    created: Annotated[list[str], Source("created", each="slug")]
    updated: Annotated[list[str], Source("updated", each="new.slug")]
    unchanged: Annotated[list[str], Source("unchanged", each="slug")]
    skipped: Annotated[list[str], Source("skipped", each="provider.slug")]
    deactivated: Annotated[list[str], Source("deactivated", each="slug")]
    changes: dict[str, dict[str, list[Any]]]
    dry_run: bool
    digest: str
    replaced: NotRequired[list[EditedFieldResponse]]
    unused: NotRequired[Annotated[dict[str, list[str]], Source("unused_keys")]]
    dependents: NotRequired[Annotated[list[DependentResponse], GIVEN]]
    uses: NotRequired[Annotated[ImportedUsesResponse, Source(lambda plan: plan.uses if plan.uses.found else None)]]


class PlannedUsesResponse(ImportedUsesResponse):
    kept: list[EditedUseResponse]
    conflicts: list[EditedUseResponse]
    decided: list[DecidedUseResponse]


class PlanResponse(ImportResponse):
    """A plan that keeps what admins edited. One with `conflicts`, of providers or of uses, cannot be applied."""

    kept: list[EditedFieldResponse]
    conflicts: list[EditedFieldResponse]
    decided: list[DecidedFieldResponse]
    uses: NotRequired[Annotated[PlannedUsesResponse, Source(lambda plan: plan.uses if plan.uses.found else None)]]  # type: ignore[misc] # more members


def import_response(plan: ImportPlan, *, dry_run: bool, dependents: Sequence[Dependent] = ()) -> ImportResponse:
    return serialize(ImportResponse, plan, changes=_planned(plan), dry_run=dry_run, dependents=dependents or None)


def plan_response(plan: ImportPlan, *, dry_run: bool, dependents: Sequence[Dependent] = ()) -> PlanResponse:
    return serialize(PlanResponse, plan, changes=_planned(plan), dry_run=dry_run, dependents=dependents or None)


def decided_response(plan: ImportPlan) -> list[DecidedFieldResponse | DecidedUseResponse]:
    """The decided conflicts, of providers and of uses."""
    return [
        *(serialize(DecidedFieldResponse, edited) for edited in plan.decided),
        *(serialize(DecidedUseResponse, edited) for edited in plan.uses.decided),
    ]


def _planned(plan: ImportPlan) -> dict[str, dict[str, list[Any]]]:
    changes: dict[str, dict[str, list[Any]]] = {update.new.slug: changes_json(update.changes) for update in plan.updated}
    return changes | {provider.slug: {"is_active": [True, False]} for provider in plan.deactivated}
