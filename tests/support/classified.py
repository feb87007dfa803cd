"""Models of vendors in short, and what they are for."""

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.classification import check_eligibility, classify
from modeldesk.domain.model.catalogue.purposes import SERVED_BY
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorModel
from modeldesk.domain.model.values.texts import CapabilityName, ModelId

TEXT, IMAGE, AUDIO, VIDEO, VECTOR, SCORE, FILE = (
    Modality.TEXT,
    Modality.IMAGE,
    Modality.AUDIO,
    Modality.VIDEO,
    Modality.VECTOR,
    Modality.SCORE,
    Modality.FILE,
)


def model(name: str = "x-1", **known: object) -> VendorModel:
    return VendorModel(ModelId(name), **known)  # type: ignore[arg-type] # fields of a test's choice


def use(
    of: VendorModel, inputs: tuple[Modality, ...] | None = None, outputs: tuple[Modality, ...] | None = None
) -> tuple[set[str] | None, Reason]:
    found = classify(of, inputs, outputs)
    return (set(found.purposes) if found.purposes is not None else None), found.source


def offered(of: VendorModel) -> set[str]:
    """All the known capabilities that it is offered for."""
    return {name for name in SERVED_BY if check_eligibility(classify(of, None, None), CapabilityName(name)).is_offered}


TALKERS = {"chat", "content", "text", "code"}


WRITERS = TALKERS - {"chat"}
