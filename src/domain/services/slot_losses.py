"""What a change of one provider takes from its slots. It is shown before the change is made."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from modeldesk.domain.model.providers.provider import OPEN_CAPABILITY, Provider, Slot
from modeldesk.domain.model.selection import StoredModel
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.use import UseName
from modeldesk.domain.records import frozen
from modeldesk.domain.services.import_plan import DisplacedModel


@frozen
class SlotLoss:
    """A slot whose capability is no longer offered, or whose active model leaves its list.

    `uses` point at the slot, and `fallback_of` are the uses that name its provider as a fallback.
    """

    slot: Slot
    model: StoredModel | None
    is_offered: bool
    uses: Sequence[UseName]
    fallback_of: Sequence[UseName]

    @property
    def displaced(self) -> DisplacedModel | None:
        """The active model that the change deselects; None where it stays active."""
        return DisplacedModel(self.slot, self.model.model_id) if self.model is not None and not self.is_offered else None

    @property
    def fingerprint(self) -> str:
        """Differs where what is lost differs."""
        return " ".join((self.slot.path, self.model.model_id if self.model else "", str(self.is_offered), *self.uses, *self.fallback_of))


def slot_losses(snapshot: Snapshot, old: Provider, new: Provider) -> list[SlotLoss]:
    """The losses of slots that have an active model, or that a use asks for; in the order of their names."""
    asked = (slot for use in snapshot.uses.values() for slot in (use.slot, *use.fallback_slots) if slot.provider == old.slug)
    names = {*snapshot.choices.of_provider(old.slug), *(slot.capability for slot in asked)}
    found = (_loss(snapshot, Slot(old.slug, name), old, new) for name in sorted(names))
    return [loss for loss in found if loss is not None]


def _loss(snapshot: Snapshot, slot: Slot, old: Provider, new: Provider) -> SlotLoss | None:
    uses = [use.name for use in snapshot.uses.values() if use.slot == slot]
    fallback_of = [use.name for use in snapshot.uses.values() if slot in use.fallback_slots]
    model, is_offered = snapshot.slot(slot).active_model, new.offers(slot.capability)
    is_lost = old.offers(slot.capability) and not is_offered and bool(model or uses or fallback_of)
    leaves_list = model is not None and old.offers(slot.capability) and is_offered and _may_list(old, model) and not _may_list(new, model)
    return SlotLoss(slot, model, is_offered, uses, fallback_of) if is_lost or leaves_list else None


def _may_list(provider: Provider, model: StoredModel) -> bool:
    """Whether the list of the model's slot may hold it: of a live list, only the patterns are known."""
    part, id_ = provider.capability(model.slot.capability), model.model_id
    if part is OPEN_CAPABILITY:
        return True
    is_listed = part.has_dynamic_models or part.models.find(id_) is not None
    is_included = not part.include or any(fnmatchcase(id_, pattern) for pattern in part.include)
    return is_listed and is_included and not any(fnmatchcase(id_, pattern) for pattern in part.exclude)
