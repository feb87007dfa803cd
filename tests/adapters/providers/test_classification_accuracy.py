"""How well the classification agrees with labels that people made, over every recorded answer."""

from pathlib import Path

import pytest

from tests.support.labelled_models import CAPABILITIES, Measurement, label_of, labels, measured
from tests.support.vendor_captures import captures

FLOOR = 0.99
MOST_UNVERIFIED = 0.01
FEWEST = {"chat": 4_000, "image": 700, "embedding": 430, "audio": 170, "video": 120, "moderation": 60, "rerank": 20, "ocr": 15}
"""How many there are to be offered at least, so that no capability passes because nothing was measured."""


@pytest.fixture(scope="module")
def measurement(shared_data: Path) -> Measurement:
    return measured(shared_data)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_precision_and_recall_hold_the_floor(measurement: Measurement, capability: str) -> None:
    """Of each capability; what is offered wrongly, and what is missed, is shown."""
    score = measurement.scores[capability]
    wrong = [found for found in measurement.disagreements.values() if found.capability == capability]
    assert min(score.precision, score.recall) >= FLOOR, wrong
    assert score.right >= FEWEST.get(capability, 0)


def test_little_is_unverified(measurement: Measurement) -> None:
    """Of nearly every recorded model something says what it is for."""
    assert measurement.models > 7_000
    assert measurement.unverified <= MOST_UNVERIFIED * measurement.models


def test_every_recorded_model_has_a_label(shared_data: Path) -> None:
    """And every label is of a recorded model."""
    recorded: dict[str, set[str]] = {}
    for capture in captures(shared_data):
        recorded.setdefault(capture.vendor, set()).update(capture.ids)
    assert {vendor: set(of_vendor) for vendor, of_vendor in labels().items()} == {vendor: ids for vendor, ids in recorded.items() if ids}


def test_a_label_implies_the_wider_capability() -> None:
    """Whatever chats writes content; a question mark takes it out of the measure, unless another word settles it."""
    assert label_of("chat").serves == {"chat", "content"}
    assert label_of("speech").serves == {"speech", "audio"}
    assert label_of("other").serves == set()
    assert label_of("content chat?").unsettled == {"chat"}
    assert set().union(*(label.serves | label.unsettled for of_vendor in labels().values() for label in of_vendor.values())) <= {
        *CAPABILITIES
    }
