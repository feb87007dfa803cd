"""Which capabilities the board of the overview has columns for."""

import re

from tests.support.app import App
from tests.support.panel_client import PanelClient

MANY = ["chat", "content", "image", "audio", "video", "embedding", "rerank", "ocr"]


def put_vendors(app: App) -> None:
    """One that offers everything, and two that offer the last but one."""
    offered = {name: {"supported": True, "models": ["m"]} for name in MANY}
    app.put({"slug": "all", "name": "All", "display_name": "All", "capabilities": offered})
    for slug in ("one", "two"):
        app.put({"slug": slug, "name": slug, "display_name": slug, "capabilities": {"rerank": offered["rerank"]}})


def columns(page: str) -> list[str]:
    head = page.partition("<thead")[2].partition("</thead>")[0]
    return [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<th .*?</th>", head)][1:]


def test_the_board_has_columns_for_the_most_offered_capabilities_and_names_the_others(app: App, sara: PanelClient) -> None:
    """Six; the rest is a line below."""
    put_vendors(app)
    page = sara.get("/admin/").body.decode()
    assert len(columns(page)) == 6
    assert "Reranking" in " ".join(columns(page))
    assert "Text recognition" not in " ".join(columns(page))
    below = page.partition("No model is active for these capabilities")[2]
    assert "Text recognition" in below.partition("</p>")[0]


def test_a_capability_with_an_active_model_always_has_a_column(app: App, sara: PanelClient) -> None:
    """However many others are offered more often."""
    put_vendors(app)
    sara.send("/admin/providers/all/ocr/select", {"model_id": "m", "version": "0"})
    shown = columns(sara.get("/admin/?show=all").body.decode())
    assert len(shown) == 6
    assert "Text recognition" in " ".join(shown)
