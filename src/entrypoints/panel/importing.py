"""Importing a declaration, pasted or uploaded: previewed field by field, then applied."""

import re
from collections.abc import Sequence
from http import HTTPStatus

from attrs import evolve
from litestar import Response, get, post
from msgspec import Struct

from modeldesk.domain.errors import (
    ActiveModelsAffected,
    DeclarationInvalid,
    ImportBusy,
    Invalid,
    InvalidValue,
    ModeldeskError,
    PlanConflict,
    Problem,
)
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.use import Use
from modeldesk.domain.services.import_plan import ImportOptions, ImportPlan
from modeldesk.entrypoints.commands.providers import ImportQuery
from modeldesk.entrypoints.panel.dependents import DependentSummary, summary_of
from modeldesk.entrypoints.panel.field_changes import FieldChange, field_changes, use_changes
from modeldesk.entrypoints.panel.forms import Form, GivenForm
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.latest_changes import OUTDATED, LatestChange, latest_of_plan
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT

LARGEST_DECLARATION = 8 * 1024 * 1024
LARGEST_FORM = LARGEST_DECLARATION + 64 * 1024
LONGEST_LINE = 120
MOST_PROBLEMS = 200

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\w.+-]+|\S')
"""A text, a number, a word or a sign of JSON, wherever it breaks off."""


class LocatedProblem(Struct, frozen=True):
    """A problem with the line of the declaration that it points to: the text before the place, what stands there, and the rest."""

    problem: Problem
    line: tuple[str, str, str] | None = None


class Plan(Struct, frozen=True):
    """An import plan, prepared for the page."""

    plan: ImportPlan
    dependents: DependentSummary | None
    digest: str
    updates: Sequence[tuple[Provider, Sequence[FieldChange]]]
    skips: Sequence[tuple[Provider | ImportedEntry, Sequence[FieldChange]]]

    @property
    def uses(self) -> Sequence[tuple[str, str, Use, Sequence[FieldChange]]]:
        """For each declared use that is written or skipped: the text and the style of its chip, the use, and its changed fields."""
        uses = self.plan.uses
        return [
            *((N_("new"), "good", use, ()) for use in uses.created),
            *((N_("to update"), "", update.new, use_changes(update)) for update in uses.updated),
            *((N_("skipped"), "faint", use, ()) for use in uses.skipped),
        ]

    @property
    def has_skipped_differences(self) -> bool:
        """Whether updating existing providers would change anything."""
        return any(changes for _, changes in self.skips)

    @property
    def replaced(self) -> int:
        """The number of fields that are marked, because the import replaces what an admin made of them."""
        tables = [*(changes for _, changes in self.updates), *(changes for _, _, _, changes in self.uses)]
        return sum(change.is_edited for changes in tables for change in changes)

    @property
    def writes(self) -> bool:
        return bool(self.plan.written or self.plan.lost or self.plan.uses.written)


@get("/import", opt={RIGHT: Right.IMPORT})
async def import_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    return _answer(panel, request, "", ImportOptions())


@post("/import", opt={RIGHT: Right.IMPORT}, request_max_body_size=LARGEST_FORM)
async def import_declaration(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Shows the plan, or every problem with its location; applies the import if the form says so."""
    try:
        async with panel.container.import_worker().exclusive():
            return await _imported(request, panel, form)
    except ImportBusy as error:
        return _answer(panel, request, form.text("declaration"), _options(panel, form), refusal=error)


async def _imported(request: SignedIn, panel: Panel, form: Form) -> Response[bytes]:
    # The page shows the whole declaration again, so that it is made beside the event loop, too.
    options, text, worker = _options(panel, form), form.text("declaration"), panel.container.import_worker()
    try:
        data = _declaration(form)
        text = data.decode("utf-8-sig", "replace")
        declared = await worker.run(panel.container.declarations().read, data)
        if form.text("act") == "apply":
            await panel.container.registration().register(
                declared.providers, options, panel.actor(request), form.line("digest"), uses=declared.uses
            )
            return panel.redirect("/admin/providers", "imported")
        plan = await panel.container.registration().plan(declared.providers, options, uses=declared.uses)
    except PlanConflict:
        plan = await panel.container.registration().plan(declared.providers, options, uses=declared.uses)
        planned, latest = await _planned(panel, plan), await latest_of_plan(panel, request)
        return await worker.run(_answer, panel, request, text, options, plan=planned, latest=latest, status=OUTDATED)
    except DeclarationInvalid as error:
        problems = await worker.run(locate_problems, error.problems, text)
        return await worker.run(_answer, panel, request, text, options, refusal=error, problems=problems)
    except ActiveModelsAffected as error:
        allowing = evolve(options, deactivate_lost=True)
        planned = await _planned(panel, await panel.container.registration().plan(declared.providers, allowing, uses=declared.uses))
        return await worker.run(_answer, panel, request, text, options, refusal=error, plan=planned, affects_active_models=True)
    except Invalid as error:
        return await worker.run(_answer, panel, request, text, options, refusal=error)
    return await worker.run(_answer, panel, request, text, options, plan=await _planned(panel, plan))


def _options(panel: Panel, form: Form) -> ImportOptions:
    return panel.command(ImportQuery, **{name: form.has(name) for name in ("force", "prune", "deactivate_lost")}).options


def locate_problems(problems: Sequence[Problem], text: str) -> list[LocatedProblem]:
    """Each problem with an excerpt of its line."""
    lines = text.split("\n")
    shown = list[LocatedProblem]()
    for problem in problems[:MOST_PROBLEMS]:
        line = lines[problem.line - 1] if problem.line is not None and 0 < problem.line <= len(lines) else None
        shown.append(LocatedProblem(problem, _excerpt(line, problem.column or 1) if line is not None else None))
    return shown


def _declaration(form: Form) -> bytes:
    """The uploaded file or the pasted text. Raises InvalidValue if both or neither are given."""
    pasted, uploaded = form.text("declaration"), form.files.get("file")
    if uploaded is not None and pasted.strip():
        raise InvalidValue("declaration-given-twice")
    if uploaded is None and not pasted.strip():
        raise InvalidValue("declaration-not-given")
    return uploaded if uploaded is not None else pasted.encode("utf-8", "surrogatepass")


async def _planned(panel: Panel, plan: ImportPlan) -> Plan:
    dependents = summary_of(await panel.container.dependents().of_plan(plan))
    return await panel.container.import_worker().run(_shown, plan, dependents)


def _shown(plan: ImportPlan, dependents: DependentSummary | None) -> Plan:
    return Plan(
        plan,
        dependents,
        plan.digest,
        [(update.new, field_changes(update.changes, update.old)) for update in plan.updated],
        [(skip.provider, field_changes(skip.changes, skip.provider)) for skip in plan.skipped],
    )


def _excerpt(line: str, column: int) -> tuple[str, str, str]:
    at = min(column - 1, len(line))
    start, end = max(0, at - LONGEST_LINE // 2), at + LONGEST_LINE // 2
    found = _TOKEN.match(line, at, end)
    marked = found[0] if found else ""
    before = f"…{line[start:at]}" if start else line[:at].lstrip()
    return before, marked, line[at + len(marked) : end].rstrip() + ("…" if end < len(line) else "")


def _answer(
    panel: Panel,
    request: SignedIn,
    text: str,
    options: ImportOptions,
    *,
    refusal: ModeldeskError | None = None,
    problems: Sequence[LocatedProblem] = (),
    plan: Plan | None = None,
    affects_active_models: bool = False,
    latest: LatestChange | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response[bytes]:
    return panel.page(
        request,
        "import.html",
        refusal=refusal,
        declaration=text,
        options=options,
        problems=problems,
        problem_count=len(refusal.problems) if isinstance(refusal, DeclarationInvalid) else 0,
        plan=plan,
        affects_active_models=affects_active_models,
        is_outdated=status is OUTDATED,
        latest=latest,
        status=status,
    )


ROUTES = [import_page, import_declaration]
