"""`modeldesk models changes`."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId
from tests.support.cli_folder import Folder
from tests.support.fake_vendors import FakeVendors

LIVE = {
    "slug": "live",
    "name": "Live",
    "api_base_url": "https://live.example/v1",
    "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}},
}


@pytest.fixture
def live(folder: Folder, declare_and_import: Callable[..., None]) -> Folder:
    declare_and_import(folder, LIVE)
    return folder


def refresh(live: Folder, vendors: FakeVendors, price: str, *more: str) -> None:
    first = VendorModel(ModelId("gpt-5"), pricing=Pricing(amounts={"prompt": Decimal(price)}))
    vendors.lists["live"] = VendorList((first, *(VendorModel(ModelId(name)) for name in more)))
    live.type("models", "browse", "live", "chat", "--refresh")


def test_changes_are_listed_newest_first(live: Folder, vendors: FakeVendors) -> None:
    """As a table for people, as REST answers it for programs."""
    refresh(live, vendors, "0.5")
    refresh(live, vendors, "2", "gpt-6")
    printed = live.type("models", "changes")
    assert printed.lines[0].split()[:5] == ["id", "at", "provider", "model", "change"]
    assert [line.split()[2:5] for line in printed.lines[1:]] == [["live", "gpt-5", "price"], ["live", "gpt-6", "added"]]
    assert printed.lines[1].endswith("pricing: 0.50 / unknown per 1M tokens → 2.00 / unknown per 1M tokens")
    answer = live.type("models", "changes", "--provider", "live", "--limit", "1", "--format", "json").json
    assert (answer["count"], answer["next"]) == (1, answer["changes"][0]["id"])
    assert "--older-than" in live.type("models", "changes", "--limit", "1").lines[-1]
    assert len(live.type("models", "changes", "--older-than", str(answer["next"])).lines) == 2
    assert live.type("models", "changes", "--since", "2096-01-01").out == "No changes match.\n"


def test_numbers_of_a_change_have_separators(live: Folder, vendors: FakeVendors) -> None:
    """Prices and context sizes, as in other tables."""
    for size, price in ((128_000, "900"), (200_000, "1200")):
        model = VendorModel(ModelId("gpt-5"), pricing=Pricing(amounts={"prompt": Decimal(price)}), context_length=size)
        vendors.lists["live"] = VendorList((model,))
        live.type("models", "browse", "live", "chat", "--refresh")
    shown = live.type("models", "changes").out
    assert "context_length: 128,000 → 200,000" in shown
    assert "900.00 / unknown per 1M tokens → 1,200.00 / unknown" in shown


def test_without_a_database_nothing_changed(folder: Folder) -> None:
    """And none is made by looking; a provider that nobody declared is named."""
    assert folder.type("models", "changes").out == "No changes match.\n"
    assert list(folder.path.iterdir()) == []
    assert any("nobody" in line for line in folder.refused("models", "changes", "--provider", "nobody", exits=1))
