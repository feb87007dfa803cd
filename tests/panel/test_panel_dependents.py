"""Who asked lately: on the list of uses, on the board, and before a change that products notice."""

import json
import re
from datetime import timedelta

import pytest

from modeldesk.domain.model.dependents import EVERYTHING, MOST_CONSUMERS, UNNAMED, Dependent
from modeldesk.entrypoints.panel.dependents import summaries
from tests.support.app import DECLARED, NOON, App
from tests.support.panel_client import PanelClient

CHAT = "/admin/providers/acme/chat"
ELSEWHERE = {"provider": "open", "capability": "chat", "fallbacks": "", "description": "", "version": "1"}


@pytest.fixture
def support(app: App, sara: PanelClient) -> PanelClient:
    """Sara, at a desk where a use points at Acme's chat."""
    app.signed_in().select("large")
    app.signed_in().select("m", provider="open")
    app.signed_in().ask("PUT", "/api/admin/ai-uses/support-chat/", {"provider": "acme", "capability": "chat"})
    return sara


def ask(app: App, *consumers: str, everything: bool = False) -> None:
    """A product asks for the use, and perhaps for all answers at once."""
    product = app.program("resolve", name="shop")
    for consumer in consumers:
        product.ask("POST", "/ofrep/v1/evaluate/flags/support-chat", {"context": {"targetingKey": consumer}} if consumer else {})
    if everything:
        product.ask("GET", "/v1/models")
    app.run(app.container.request_counts().write())


def text(client: PanelClient, path: str, fields: dict[str, str] | None = None) -> str:
    answer = client.get(path) if fields is None else client.send(path, fields)
    assert answer.status == 200
    return answer.body.decode()


def changes(client: PanelClient) -> dict[str, str]:
    """Every page that asks before products get another answer."""
    declaration = {"version": "1.0.0", "providers": [{**DECLARED[0], "capabilities": {"chat": {"supported": False}}}]}
    return {
        "deselect": text(client, f"{CHAT}/deselect"),
        "disable": text(client, "/admin/enabled/acme"),
        "delete": text(client, "/admin/uses/support-chat/delete"),
        "re-point": text(client, "/admin/uses/support-chat", ELSEWHERE),
        "import": text(
            client, "/admin/import", {"declaration": json.dumps(declaration), "force": "1", "deactivate_lost": "1", "act": "look"}
        ),
    }


def test_pages_that_ask_name_who_asked(app: App, support: PanelClient) -> None:
    """Token and consumer; before anybody asked, they say so."""
    for page, shown in changes(support).items():
        assert "shop" not in shown, page
        assert page == "import" or "No program asked for this within 30 days." in shown, page
    ask(app, "", "checkout")
    for page, shown in changes(support).items():
        assert "2 programs asked for this within 30 days" in shown, page
        assert "checkout" in shown, page


def test_many_are_named_in_part(app: App, support: PanelClient) -> None:
    """And counted as a whole; those that a token names too many of stand together."""
    ask(app, *(f"consumer-{number}" for number in range(MOST_CONSUMERS + 5)))
    shown = text(support, "/admin/uses/support-chat/delete")
    assert f"{MOST_CONSUMERS + 1} programs" in shown
    assert f"{MOST_CONSUMERS + 1 - 8}</bdi> more" in shown
    assert "further consumers" in shown


def test_the_list_of_uses_and_the_board_show_it(app: App, support: PanelClient, nima: PanelClient) -> None:
    """To every admin: which uses run on a provider, and who asked for them."""
    for path in ("/admin/uses", "/admin/"):
        assert "no requests lately" in text(nima, path)
    ask(app, "")
    for path in ("/admin/uses", "/admin/"):
        shown = text(nima, path)
        assert "1 program" in shown
        assert "support-chat" in shown
        assert "no requests lately" not in shown


def test_who_asked_for_everything_stands_among_those_who_asked_for_a_use() -> None:
    """The latest first, and each dependent is looked at once: a board has many uses."""
    seen = [("late", EVERYTHING), ("later", "one"), ("early", EVERYTHING), ("earliest", "two")]
    dependents = [Dependent(token, UNNAMED, asked, NOON - timedelta(hours=hour), 1, 1) for hour, (token, asked) in enumerate(seen)]
    found = summaries(iter(dependents), ["one", "two", "three"])
    named = {name: [program.token for program in summary.programs] if summary else [] for name, summary in found.items()}
    assert named == {"one": ["late", "later", "early"], "two": ["late", "early", "earliest"], "three": ["late", "early"]}


def test_a_board_without_uses_has_no_column_for_them(nima: PanelClient) -> None:
    """It is as wide as before."""
    assert 'data-label="Uses"' not in text(nima, "/admin/")


def test_a_name_that_is_markup_is_shown_as_it_is(app: App, support: PanelClient) -> None:
    """Callers choose what they are called."""
    ask(app, "<b>shop</b>")
    assert "&lt;b&gt;shop&lt;/b&gt;" in text(support, "/admin/uses/support-chat/delete")


def test_the_page_of_a_use_lists_them_with_their_requests(app: App, support: PanelClient) -> None:
    """Also those that read all answers at once; a new use has no list."""
    assert "No program asked for this within 30 days." in text(support, "/admin/uses/support-chat")
    assert "Programs that asked" not in text(support, "/admin/new-use")
    ask(app, "", "checkout", "checkout", everything=True)
    shown = text(support, "/admin/uses/support-chat")
    for part in ("shop", "not named", "checkout", "asked for everything"):
        assert part in shown
    assert re.findall(r"data-label=\"30 days\"><bdi>(\d+)</bdi>", shown) == ["1", "1", "2"]
