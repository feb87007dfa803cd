"""Storing what a form makes of a capability. What takes the ground from an active model or a use is asked about first."""

from collections.abc import Sequence

from litestar import Response
from msgspec import Struct

from modeldesk.domain.errors import ActiveModelsAffected
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability, CapabilityChange, Provider
from modeldesk.domain.model.values.texts import CapabilityName
from modeldesk.domain.services.slot_losses import SlotLoss, slot_losses
from modeldesk.entrypoints.panel.dependents import DependentSummary, summary_of
from modeldesk.entrypoints.panel.forms import Form
from modeldesk.entrypoints.panel.latest_changes import version_in
from modeldesk.entrypoints.panel.services import Panel, SignedIn

CONFIRMED = "confirmed"


class Edit(Struct, frozen=True):
    """What a form makes of one capability; `new` None removes it. `removed_model` is the model that leaves its list."""

    provider: Provider
    name: CapabilityName
    new: Capability | None
    url: str
    done: str
    removed_model: DeclaredModel | None = None

    @property
    def cancel_url(self) -> str:
        """The page of the capability, or of the provider while there is none."""
        if self.name not in self.provider.capabilities:
            return f"/admin/providers/{self.provider.slug}"
        return f"/admin/edit/{self.provider.slug}/{self.name}"

    @property
    def removes(self) -> bool:
        """Whether the page asks in any case: what is removed is gone with its prices and texts."""
        return self.new is None or self.removed_model is not None


class ShownLoss(Struct, frozen=True):
    loss: SlotLoss
    dependents: DependentSummary | None


async def store_edit(panel: Panel, request: SignedIn, form: Form, edit: Edit) -> Response[bytes]:
    """Stores the edit, or asks first. A confirmation is of the losses that its page showed. Raises ProviderVersionConflict."""
    edit.provider.require_version(version_in(form))
    change = CapabilityChange(capabilities={edit.name: edit.new})
    losses = await _losses(panel, edit, change)
    is_confirmed = form.text(CONFIRMED) == _fingerprint(losses)
    if (losses or edit.removes) and not is_confirmed:
        return await _confirmation(panel, request, form, edit, losses)
    try:
        update = await panel.container.registration().change(
            edit.provider.slug,
            change,
            panel.actor(request),
            version_in(form),
            confirmed=[loss.displaced for loss in losses if loss.displaced is not None],
        )
    except ActiveModelsAffected:  # a model was selected since the losses were read
        return await _confirmation(panel, request, form, edit, await _losses(panel, edit, change))
    return panel.redirect(edit.done, "provider-updated" if update.changes else "nothing-changed")


async def _losses(panel: Panel, edit: Edit, change: CapabilityChange) -> Sequence[SlotLoss]:
    return slot_losses(await panel.container.store().current(), edit.provider, change.applied(edit.provider))


def _fingerprint(losses: Sequence[SlotLoss]) -> str:
    return "; ".join(["yes", *(loss.fingerprint for loss in losses)])


async def _confirmation(panel: Panel, request: SignedIn, form: Form, edit: Edit, losses: Sequence[SlotLoss]) -> Response[bytes]:
    dependents = panel.container.dependents()
    return panel.page(
        request,
        "confirm_capability.html",
        edit=edit,
        losses=[ShownLoss(loss, summary_of(await dependents.of_slot(loss.slot))) for loss in losses],
        held=edit.provider.capabilities.get(edit.name),
        fields={name: text for name, text in form.kept.items() if name != CONFIRMED},
        confirmed=_fingerprint(losses),
    )
