"""The trail as a page: what was done in words, and what differs."""

import re
from datetime import timedelta

import pytest

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.access.admin import AdminChange
from modeldesk.domain.model.audit import Action
from modeldesk.domain.model.providers.provider import ProviderChange
from modeldesk.domain.model.values.numbers import SortOrder
from modeldesk.domain.model.values.texts import MultilineText, Slug
from modeldesk.entrypoints.panel.auditing import ACTIONS
from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of

SMALL, TINY = "<del><bdi>small</bdi></del>", "<ins><bdi>tiny</bdi></ins>"


def test_every_deed_has_words_and_shows_what_differs_alone(app: App, sara: PanelClient) -> None:
    """An admin who is switched off keeps the role, of which nothing is said; and a kind of deed that there is none of finds nothing."""
    assert set(ACTIONS) == set(Action)
    app.run(app.container.admins().change("nima", AdminChange(is_active=False)))
    shown = text_of(sara.get("/admin/audit?action=admin-changed"))
    assert "is_active" in shown
    assert "role</" not in shown
    assert "nima" not in text_of(sara.get("/admin/audit?action=nonsense"))


@pytest.mark.parametrize(("language", "arrow"), [("en", "→"), ("fa", "←")])
def test_an_arrow_points_from_old_to_new_as_the_language_runs(sara: PanelClient, language: str, arrow: str) -> None:
    """Where there is both; and what counts a slot's changes is no news to a reader."""
    for version, model in enumerate(("small", "tiny")):
        sara.send("/admin/providers/acme/chat/select", {"model_id": model, "version": str(version)})
    sara.language = language
    shown = text_of(sara.get("/admin/audit?action=model-selected"))
    assert shown.count(f'aria-hidden="true">{arrow}</span>') == 1
    before, _, after = shown.partition(arrow)
    assert SMALL in before
    assert TINY in after
    assert "slot_version" not in shown


@pytest.mark.parametrize(
    ("name", "reported"),
    [("sara", "the password was wrong"), ("nima", "the admin is disabled"), ("nobody", "unknown admin name")],
)
def test_a_sign_in_that_failed_says_why(app: App, sara: PanelClient, name: str, reported: str) -> None:
    """In words, in the place of a difference."""
    app.run(app.container.admins().change("nima", AdminChange(is_active=False)))
    PanelClient(app).sign_in(name, "a wrong password")
    shown = text_of(sara.get("/admin/audit?action=sign-in-failed"))
    assert reported in shown
    assert "is_active" not in shown


def test_a_group_of_failed_sign_ins_says_how_many(app: App, sara: PanelClient) -> None:
    """With the reason of the last one."""
    for number in range(8):
        PanelClient(app).sign_in(f"nobody-{number}", "a wrong password")
        app.clock.now += timedelta(seconds=10)  # longer than an attempt must wait
    shown = re.sub("<[^>]+>", "", text_of(sara.get("/admin/audit?action=sign-in-failed")))
    assert shown.count("unknown admin name") == 6
    assert "unknown admin name · 8 failures in this hour" in shown


def test_values_are_written_for_readers(sara: PanelClient) -> None:
    """Words of a list have the separator of the language, and times its calendar: what is stored of a token is JSON."""
    sara.send("/admin/tokens", {"token_name": "nightly", "scope_read": "1", "scope_select": "1", "days": "9"})
    shown = text_of(sara.get("/admin/audit?action=token-made"))
    words = [f'<code dir="ltr">{word}</code>' for word in ("read", "select")]
    assert f"<ins>{', '.join(words)}</ins>" in shown
    assert "<bdi>2026-12-03 12:00</bdi> UTC" in shown
    sara.post("/admin/language", {"language": "fa", "back": "/admin/"})
    shown = text_of(sara.get("/admin/audit?action=token-made"))
    assert "<bdi>۱۴۰۵/۰۹/۱۲ ۱۲:۰۰</bdi>" in shown
    assert ">2026-12-03" not in shown
    assert f"<ins>{'، '.join(words)}</ins>" in shown


def test_a_name_with_markup_is_text(sara: PanelClient) -> None:
    """The name of a token may have any letter that an address can: as subject, and as what differs."""
    sara.send("/admin/tokens", {"token_name": "<b id=x>", "scope_read": "1", "days": "9"})
    shown = text_of(sara.get("/admin/audit?action=token-made"))
    assert "&lt;b id=x&gt;" in shown
    assert "<b id=x>" not in shown


def test_numbers_and_flags_are_in_the_language(app: App, sara: PanelClient) -> None:
    """As everywhere in the panel."""
    app.run(app.container.admins().change("nima", AdminChange(is_active=False)))
    app.run(app.container.registration().change(Slug("acme"), ProviderChange(sort_order=SortOrder(1_042)), CLI_ACTOR))
    sara.language = "fa"
    shown = text_of(sara.get("/admin/audit"))
    assert "<del>بله</del>" in shown
    assert "<ins>خیر</ins>" in shown
    assert "<ins><bdi>۱٬۰۴۲</bdi></ins>" in shown


def test_long_texts_are_shown_from_where_they_differ(app: App, sara: PanelClient) -> None:
    """Not by two beginnings that are equal."""
    for end in "ab":
        change = ProviderChange(description=MultilineText("d" * 500 + end))
        app.run(app.container.registration().change(Slug("acme"), change, CLI_ACTOR))
    latest = text_of(sara.get("/admin/audit?action=provider-updated")).split('<tr role="row"><th role="rowheader"')[1]
    assert "<del><bdi>…" + "d" * 40 + "a</bdi></del>" in latest
    assert "<ins><bdi>…" + "d" * 40 + "b</bdi></ins>" in latest
