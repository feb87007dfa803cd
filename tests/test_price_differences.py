"""Differences between maps of prices are explained one by one, and an explanation holds for its own amounts only."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve

from bench.price_differences import LITELLM_FILES, REASONS, ROOT, Difference, Reason, differences, judged, reasons

DIFFERS = Difference("acme", "m", "litellm", {"prompt": Decimal(1)}, {"prompt": Decimal(2)}, "models.dev")
BECAUSE = Reason("acme", "m", "litellm", {"prompt": Decimal(1)}, {"prompt": Decimal("2.0")}, "date", "the price rose in May")


def test_a_difference_with_its_reason() -> None:
    """However its amounts are written."""
    assert judged([DIFFERS], [BECAUSE]) == ([(DIFFERS, BECAUSE)], [], [])


@pytest.mark.parametrize(
    "other",
    [
        evolve(DIFFERS, theirs={"prompt": Decimal(3)}),
        evolve(DIFFERS, ours={"prompt": Decimal("1.5")}),
        evolve(DIFFERS, model="m2"),
        evolve(DIFFERS, provider="other"),
        evolve(DIFFERS, against="genai-prices"),
    ],
)
def test_another_difference_needs_another_look(other: Difference) -> None:
    """And a reason without its difference is told, too."""
    assert judged([other], [BECAUSE]) == ([], [other], [BECAUSE])


def test_every_reason_of_the_file_explains_a_real_difference() -> None:
    """More than 1 %, each once, in a sentence."""
    known = reasons(json.loads(REASONS.read_text(encoding="utf-8")))
    assert len({(reason.provider, reason.model, reason.against) for reason in known}) == len(known)
    for reason in known:
        assert reason.ours.keys() == reason.theirs.keys()
        assert all(abs(amount - reason.theirs[name]) > reason.theirs[name] / 100 for name, amount in reason.ours.items())
        assert len(reason.because.split()) > 5


def test_a_kind_of_reason_that_is_none() -> None:
    """It is refused by its name."""
    with pytest.raises(ValueError, match="rumour"):
        reasons(
            [
                {
                    "provider": "acme",
                    "id": "m",
                    "against": "litellm",
                    "ours": {},
                    "theirs": {},
                    "why": "rumour",
                    "because": "somebody said so",
                }
            ]
        )


def test_every_difference_has_its_reason() -> None:
    """Over litellm's map, where it is beside the checkout; and no reason is left over."""
    folder = Path(os.environ.get("MODELDESK_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not (found := sorted((folder / "catalogues").glob(LITELLM_FILES))):
        pytest.skip("litellm's map is not here; MODELDESK_SHARED_DATA names the folder of recorded data")
    _, different = differences(json.loads(found[-1].read_text(encoding="utf-8"), parse_float=Decimal))
    explained, unexplained, outdated = judged(different, reasons(json.loads(REASONS.read_text(encoding="utf-8"))))
    assert (unexplained, outdated) == ([], [])
    assert explained
