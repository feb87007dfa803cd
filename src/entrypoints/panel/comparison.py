"""What a selection changes beside the price: the context size, what the model reads and writes, and how long its vendor keeps it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Self

from markupsafe import Markup
from msgspec import Struct

from modeldesk.domain.model.catalogue.catalogue import CatalogueModel
from modeldesk.domain.model.catalogue.lifecycle import Lifecycle
from modeldesk.domain.model.catalogue.vendor_list import Modality
from modeldesk.entrypoints.panel.languages import Language
from modeldesk.entrypoints.words.catalogue import MODALITIES


class ComparedModel(Struct, frozen=True):
    """What is known of one of both models; None is unknown. `context_length` is in tokens."""

    context_length: int | None = None
    inputs: Sequence[Modality] | None = None
    outputs: Sequence[Modality] | None = None
    lifecycle: Lifecycle | None = None

    @classmethod
    def of(cls, model: CatalogueModel, today: date) -> Self:
        return cls(model.context_length, model.inputs, model.outputs, model.lifecycle(today))


class Comparison(Struct, frozen=True):
    """The facts of the current model and of the new one. What is unknown of either is no difference."""

    old: ComparedModel
    new: ComparedModel

    @property
    def context(self) -> str | None:
        """`larger`, `smaller`, or None."""
        before, after = self.old.context_length, self.new.context_length
        return None if before is None or after is None or before == after else "larger" if after > before else "smaller"

    @property
    def lost_inputs(self) -> Sequence[Modality]:
        return _lost(self.old.inputs, self.new.inputs)

    @property
    def lost_outputs(self) -> Sequence[Modality]:
        return _lost(self.old.outputs, self.new.outputs)


def modalities_text(language: Language, modalities: Iterable[Modality]) -> Markup:
    """`text, image` in the words and with the separator of the language."""
    return language.gettext(", ").join(language.gettext(MODALITIES[one.value]) for one in modalities)


def _lost(before: Sequence[Modality] | None, after: Sequence[Modality] | None) -> Sequence[Modality]:
    return [one for one in before if one not in after] if before is not None and after is not None else ()
