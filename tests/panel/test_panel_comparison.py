"""What the page before a selection says of both models, beside their prices."""

import re

import pytest

from modeldesk.domain.model.catalogue.vendor_list import Modality
from modeldesk.entrypoints.panel.comparison import ComparedModel, Comparison
from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of

TEXT, IMAGE = Modality.TEXT, Modality.IMAGE
SLOT = "/admin/providers/mixed/chat"


@pytest.fixture
def mixed(app: App, sara: PanelClient) -> PanelClient:
    """A list of three models, of which the one with the largest context is active."""
    models = [{"id": "large-2025", "context_length": 200_000}, {"id": "small-2025", "context_length": 8_000}, "unknown"]
    app.put({"slug": "mixed", "name": "Mixed", "display_name": "Mixed", "capabilities": {"chat": {"supported": True, "models": models}}})
    sara.send(f"{SLOT}/select", {"model_id": "large-2025", "version": "0"})
    return sara


def question(visitor: PanelClient, model: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", text_of(visitor.get(f"{SLOT}/select?model={model}"))))


def test_both_contexts_stand_side_by_side_and_a_smaller_one_is_said(mixed: PanelClient) -> None:
    """A model whose context nobody knows is neither smaller nor larger."""
    shown = question(mixed, "small-2025")
    assert "200,000 tokens" in shown
    assert "8,000 tokens smaller" in shown
    assert "smaller" not in question(mixed, "unknown")


def test_an_unlisted_id_is_asked_about_with_the_nearest_one(mixed: PanelClient) -> None:
    """It can still be selected; a listed id is not doubted, and other digits are another model."""
    page = text_of(mixed.get(f"{SLOT}/select?model=smal-2025"))
    assert f'href="{SLOT}/select?model=small-2025"' in page
    assert "The list has a similar ID:" in page
    assert 'value="smal-2025"' in page
    for other in ("small-2025", "small-2026"):
        assert "similar ID" not in question(mixed, other), other


@pytest.mark.parametrize(
    ("old", "new", "context", "lost"),
    [
        (ComparedModel(8, (TEXT, IMAGE)), ComparedModel(4, (TEXT,)), "smaller", [IMAGE]),
        (ComparedModel(4, (TEXT,)), ComparedModel(8, (TEXT, IMAGE)), "larger", []),
        (ComparedModel(4, (TEXT,)), ComparedModel(None, None), None, []),
        (ComparedModel(4, None), ComparedModel(4, (TEXT,)), None, []),
    ],
)
def test_what_is_unknown_of_either_is_no_difference(
    old: ComparedModel, new: ComparedModel, context: str | None, lost: list[Modality]
) -> None:
    """Losing a modality, and a smaller context, are differences."""
    assert Comparison(old, new).context == context
    assert list(Comparison(old, new).lost_inputs) == lost
    turned = Comparison(ComparedModel(outputs=old.inputs), ComparedModel(outputs=new.inputs))
    assert list(turned.lost_outputs) == lost
