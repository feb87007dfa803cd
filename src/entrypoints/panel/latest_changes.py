"""Who made the latest change, for the answer to a form from an outdated page."""

from datetime import datetime
from http import HTTPStatus

from msgspec import Struct

from modeldesk.domain.model.audit import Action, AuditQuery
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.use import UseName
from modeldesk.domain.model.values.numbers import PageSize
from modeldesk.domain.model.values.texts import MultilineText, Slug
from modeldesk.domain.services.uses import use_subject
from modeldesk.entrypoints.panel.forms import Form
from modeldesk.entrypoints.panel.services import Panel, SignedIn

PLANNED_ON = (
    Action.PROVIDER_CREATED,
    Action.PROVIDER_UPDATED,
    Action.MODEL_SELECTED,
    Action.MODEL_DESELECTED,
    Action.CHOICE_ROLLED_BACK,
    Action.KEY_SET,
    Action.KEY_REMOVED,
)
"""The actions on which the plan of an import depends."""

ONE = PageSize(1)
LONGEST_VERSION = 18
OUTDATED = HTTPStatus.PRECONDITION_FAILED
"""The status of a page that is shown again because it was outdated."""


class LatestChange(Struct, frozen=True):
    by: str
    at: datetime


def version_in(form: Form) -> int:
    """The version that the page showed. A text that is no version is read as -1, which nothing has, so that nothing is changed."""
    text = form.text("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_VERSION else -1


async def latest_of_slot(panel: Panel, slot: Slot) -> LatestChange | None:
    """From the slot's history, which every admin may read."""
    history = await panel.container.store().history(slot)
    return LatestChange(history[-1].chosen_by, history[-1].chosen_at) if history else None


async def latest_of_provider(panel: Panel, request: SignedIn, slug: Slug) -> LatestChange | None:
    """From the audit log. Raises NotAllowed for a normal admin."""
    return await _latest(panel, request, AuditQuery(action=Action.PROVIDER_UPDATED, subject=MultilineText(slug), limit=ONE))


async def latest_of_use(panel: Panel, request: SignedIn, name: UseName) -> LatestChange | None:
    """From the audit log. Raises NotAllowed for a normal admin."""
    return await _latest(panel, request, AuditQuery(subject=MultilineText(use_subject(name)), limit=ONE))


async def latest_of_plan(panel: Panel, request: SignedIn) -> LatestChange | None:
    """The latest change of anything that an import's plan depends on. Raises NotAllowed for a normal admin."""
    found = [await _latest(panel, request, AuditQuery(action=action, limit=ONE)) for action in PLANNED_ON]
    return max((change for change in found if change is not None), key=lambda change: change.at, default=None)


async def _latest(panel: Panel, request: SignedIn, query: AuditQuery) -> LatestChange | None:
    entries = await panel.container.audit_log().entries(query, panel.actor(request))
    return LatestChange(entries[0].by, entries[0].at) if entries else None
