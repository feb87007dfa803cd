"""What the panel shows to paste into a product once a token was made for it."""

import html
import re
from pathlib import Path

import pytest

from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.entrypoints.panel.connection_examples import connection_examples
from modeldesk.entrypoints.settings import Settings
from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorials" / "connect-your-product.md"


def made(client: PanelClient, scope: str = "resolve") -> str:
    """The page after a token of this scope was made."""
    return text_of(client.send("/admin/tokens", {"token_name": f"for {scope}", f"scope_{scope}": "1", "days": "9"}))


def shown(page: str) -> list[str]:
    return [html.unescape(code) for code in re.findall(r'<pre class="command"[^>]*><code>(.*?)</code></pre>', page, re.DOTALL)]


@pytest.mark.parametrize("scope", ["resolve", "read"])
def test_a_token_for_a_product_comes_with_what_to_paste(sara: PanelClient, scope: str) -> None:
    """Examples, none of which holds the token: it stands on the page once."""
    page = made(sara, scope)
    assert re.findall(r"<h3><bdi>([\w-]+)</bdi></h3>", page) == ["curl", "Python", "JavaScript", "LiteLLM", "pydantic-ai"]
    assert len(shown(page)) == 5
    assert all("DESK_TOKEN" in code for code in shown(page))
    assert len(re.findall(r"mdk_[\w-]{20,}", page)) == 1


@pytest.mark.parametrize("scope", ["select", "import", "admin"])
def test_a_token_that_may_not_ask_comes_without(sara: PanelClient, scope: str) -> None:
    """What is shown would be refused to it; and nothing is shown where no token was made."""
    assert shown(made(sara, scope)) == []
    assert shown(text_of(sara.get("/admin/tokens"))) == []


def test_they_ask_for_a_use_that_exists(app: App, sara: PanelClient) -> None:
    """The first with an active model, which is the default for when nothing is active; without any use the page says to create one."""
    assert "There are no uses yet: create one first." in made(sara)
    for name, capability in (("a-first", "video"), ("b-second", "chat")):
        body = {"name": name, "provider": "acme", "capability": capability, "fallbacks": "", "description": ""}
        assert sara.send("/admin/new-use", body).status == 303
    app.signed_in().select("large")
    page = made(sara, "read")
    assert "each other use works the same way" in page
    curl, python, javascript, *libraries = shown(page)
    assert curl.endswith("/api/resolve/b-second")
    assert 'get_string_value("b-second", "acme/large")' in python
    assert 'getStringValue("b-second", "acme/large")' in javascript
    assert all('/api/resolve/b-second", headers=' in code for code in libraries)


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (Settings(), "http://127.0.0.1:8000"),
        (Settings(port=9001), "http://127.0.0.1:9001"),
        (Settings(public_url="https://desk.example/"), "https://desk.example"),
    ],
)
def test_the_address_is_the_servers_own(settings: Settings, address: str) -> None:
    """The public one where it is set, else the one that it listens on."""
    curl, python, javascript, *libraries = connection_examples(settings, Snapshot()).code.values()
    assert curl.endswith(f" {address}/api/resolve/support-chat")
    assert f'OFREPProvider("{address}", ' in python
    assert f'baseUrl: "{address}",' in javascript
    assert all(f'Request("{address}/api/resolve/support-chat", ' in code for code in libraries)


def test_they_are_those_of_the_tutorial() -> None:
    """Which were run: line by line, so that neither is forgotten when the other changes."""
    lines = set(TUTORIAL.read_text(encoding="utf-8").splitlines())
    for code in connection_examples(Settings(), Snapshot()).code.values():
        assert [line for line in code.splitlines() if line.removeprefix("# ").removeprefix("// ") not in lines] == []


def test_python_is_valid() -> None:
    """Its placeholders were filled."""
    for name in ("Python", "LiteLLM", "pydantic-ai"):
        compile(connection_examples(Settings(), Snapshot()).code[name], "example", "exec")


def test_persian_words_stand_around_them(sara: PanelClient) -> None:
    """The code itself is the same, from left to right."""
    english = shown(made(sara))
    sara.language = "fa"
    page = made(sara, "read")
    assert "اتصال محصول شما" in page
    assert shown(page) == english
    assert page.count('<pre class="command" dir="ltr"') == 5
