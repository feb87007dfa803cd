"""The change log as a page: what changed, from what to what, in both languages."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from modeldesk.domain.model.catalogue.changes import ChangeKind, ListDifference, ModelChange, recorded_changes
from modeldesk.domain.model.catalogue.vendor_list import VendorModel
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.entrypoints.panel.changes import KINDS, PAGE_SIZE
from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACME = Slug("acme")


def model(its_id: str, price: str | None = None, **known: object) -> VendorModel:
    pricing = Pricing(amounts={"prompt": Decimal(price), "cache_read": Decimal("0.1")}) if price is not None else None
    return VendorModel(ModelId(its_id), pricing=pricing, **known)  # type: ignore[arg-type] # fields of a test's choice


def of(added: Sequence[VendorModel] = (), changed: Sequence[tuple[VendorModel, VendorModel]] = ()) -> list[ModelChange]:
    return list(recorded_changes(ACME, AT, ListDifference(added, changed=changed), [])[0])


def log(app: App, changes: Sequence[ModelChange]) -> None:
    async def add() -> None:
        async with app.container.store().unit_of_work() as work:
            await work.changes.add(changes)
            await work.commit()

    app.run(add())


def test_every_kind_has_a_word() -> None:
    """In every language: the catalogues are tested for that."""
    assert set(KINDS) == set(ChangeKind)


def test_changes_are_shown_from_old_to_new(app: App, sara: PanelClient) -> None:
    """Prices in dollars, sizes in the language's digits, dates in its calendar; what stayed the same is not shown."""
    log(app, of(changed=[(model("gpt-x", "0.5", context_length=8_000), model("gpt-x", "2", context_length=16_000))]))
    log(app, of(changed=[(model("old"), model("old", retires_on=date(2027, 1, 1)))]))
    page = text_of(sara.get("/admin/changes"))
    assert '<del><bdi dir="ltr">$0.50</bdi></del>' in page
    assert '<ins><bdi dir="ltr">$2.00</bdi></ins>' in page
    assert "cache_read" not in page
    assert "<ins><bdi>16,000</bdi></ins>" in page
    assert '<del><span class="faint">unknown</span></del>' in page
    assert '<ins><time datetime="2027-01-01">' in page
    sara.language = "fa"
    page = text_of(sara.get("/admin/changes"))
    assert "تغییرات مدل‌ها" in page
    assert "<ins><bdi>۱۶٬۰۰۰</bdi></ins>" in page
    assert "←" in page


def test_added_and_removed_models_are_named(app: App, sara: PanelClient) -> None:
    """With the name that the list had, marked as text of data; markup in it stays text. The provider has its display name."""
    gone = ModelChange(AT, ACME, ModelId("gone"), ChangeKind.REMOVED, {"name": "Gone <b>"}, None)
    log(app, [*of(added=[model("new", name="مدل نو")]), gone])
    page = text_of(sara.get("/admin/changes"))
    assert ">added</span>" in page
    assert ">removed</span>" in page
    assert "Gone &lt;b&gt;" in page
    assert "مدل نو" in page
    assert '<a href="/admin/providers/acme"><bdi>' in page


@pytest.mark.parametrize(("query", "shown"), [("?provider=acme", True), ("?since=2026-11-25", False), ("?since=2026-11-24", True)])
def test_changes_are_filtered(app: App, sara: PanelClient, query: str, shown: bool) -> None:
    """By provider and by day."""
    log(app, of(added=[model("new")]))
    page = text_of(sara.get(f"/admin/changes{query}"))
    assert (">new</code>" in page) is shown
    assert ("No change matches." in page) is not shown


@pytest.mark.parametrize(("query", "status"), [("?provider=nobody", 404), ("?provider=No%20Slug", 422), ("?since=yesterday", 422)])
def test_a_filter_that_is_wrong_is_refused_in_place(sara: PanelClient, query: str, status: int) -> None:
    """The page says what is wrong, and keeps what was typed."""
    answer = sara.get(f"/admin/changes{query}")
    assert answer.status == status
    assert 'role="alert"' in text_of(answer)


def test_a_new_installation_says_why_the_page_is_empty(sara: PanelClient) -> None:
    """And an id that is none starts at the newest."""
    assert "Changes appear here after a list was read twice." in text_of(sara.get("/admin/changes?older_than=x"))


def test_the_log_is_read_page_by_page(app: App, sara: PanelClient) -> None:
    """A link leads to the older ones and keeps the filters."""
    log(app, of(added=[model(f"m-{number}") for number in range(PAGE_SIZE + 1)]))
    first = text_of(sara.get("/admin/changes?provider=acme"))
    assert ">m-0</code>" not in first
    link = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert link.startswith("/admin/changes?provider=acme&older_than=")
    assert ">m-0</code>" in text_of(sara.get(link))
