"""Below a path of a shared host, a real browser asks for nothing outside the path: another program answers there."""

from typing import TYPE_CHECKING

import pytest

from tests.support.live_server import KEY, LocalVendor, declared, live_server, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LIVE = {
    "slug": "acme", "name": "Acme", "display_name": "Acme", "provider_class": "OpenAICompatibleProvider",
    "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}},
}  # fmt: skip


def test_a_browser_stays_below_the_path(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> None:
    """A list that is loaded after the page, a search while typing, the dialog before a selection, and the selection."""
    vendor = LocalVendor([{"id": f"model-{number}", "object": "model"} for number in range(3)])
    vendor.start()
    provider = {**LIVE, "api_base_url": f"http://{vendor.host}/v1"}
    with live_server(tmp_path_factory.mktemp("desk"), declared(provider), vendor, below="/desk") as desk:
        desk.admit("sara")
        desk.run("keys", "set", "acme", "--key-stdin", typed=KEY)
        page = signed_in(browser, desk)
        asked = list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{desk.origin}/admin/providers/acme/chat")
        page.get_by_text("model-1").first.wait_for()
        page.get_by_role("searchbox").fill("model-2")
        page.get_by_text("model-1").first.wait_for(state="detached")
        page.get_by_role("link", name="Select").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Select").click()
        page.get_by_text("model-2").first.wait_for()
        outside = [address for address in asked if not address.startswith(f"{desk.origin}/")]
        assert asked
        assert outside == []
        page.context.close()
    vendor.stop()
