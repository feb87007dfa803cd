"""Adding a provider by a form: by the rules of imports, and never over another one."""

from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of

URL = "/admin/new-provider"
FILLED = {
    "slug": "my-vendor",
    "name": "My vendor",
    "provider_class": "OpenAICompatibleProvider",
    "api_base_url": "https://api.mine.example/v1",
}


def providers(app: App) -> dict[str, Provider]:
    return dict(app.run(app.store.current()).providers)


def test_a_provider_with_a_fixed_and_a_live_list_is_added(app: App, sara: PanelClient) -> None:
    """IDs make a fixed list, each once; a capability that is not ticked is not offered."""
    fields = {**FILLED, "offers_chat": "1", "models_chat": "one\r\n two \r\none\r\n", "offers_embedding": "1", "models_image": "ignored"}
    answer = sara.send(URL, fields)
    assert (answer.status, answer.one("location")) == (303, "/admin/providers/my-vendor")
    added = providers(app)[Slug("my-vendor")]
    assert [model.id for model in added.capabilities[CapabilityName("chat")].models] == ["one", "two"]
    assert added.capabilities[CapabilityName("embedding")].has_dynamic_models
    assert set(added.capabilities) == {"chat", "embedding"}
    assert (added.api_base_url, added.display_name) == (FILLED["api_base_url"], FILLED["name"])


def test_an_existing_provider_is_never_overwritten(app: App, sara: PanelClient) -> None:
    """The form says so and keeps what was typed."""
    held = providers(app)
    answer = sara.send(URL, {**FILLED, "slug": "acme", "offers_chat": "1"})
    assert answer.status == 409
    assert "There is a provider with this slug already" in text_of(answer)
    assert 'href="/admin/providers/acme">Open that provider</a>' in text_of(answer)
    assert 'value="My vendor"' in text_of(answer)
    assert providers(app) == held


def test_what_an_import_refuses_the_form_refuses(app: App, sara: PanelClient) -> None:
    """Every problem at its field; nothing is stored, and what was typed stays."""
    held = providers(app)
    page = text_of(sara.send(URL, {**FILLED, "slug": "Not A Slug", "api_base_url": "ftp://x", "offers_chat": "1", "models_chat": "kept"}))
    assert "2 fields cannot be saved like this" in page
    assert 'id="slug-problem"' in page
    assert 'id="api_base_url-problem"' in page
    assert "kept" in page
    assert providers(app) == held


def test_what_is_left_out_is_said_beside_its_field(sara: PanelClient) -> None:
    """In the words of a form, not in those of a file."""
    page = text_of(sara.send(URL, {**FILLED, "name": " "}))
    assert "Must not be blank." in page.partition('id="name-problem"')[2].partition("</small>")[0]
    assert "is missing" not in page


def test_templates_fill_the_form(sara: PanelClient) -> None:
    """Ollama with its address, and with the host that must be allowed; an unknown template is the first one."""
    page = text_of(sara.get(f"{URL}?from=ollama"))
    assert 'value="http://localhost:11434"' in page
    assert "MODELDESK_ALLOWED_HOSTS_OUTBOUND=localhost:11434" in page
    assert "already" not in page
    assert '<option value="OpenAICompatibleProvider" label="OpenAICompatibleProvider" selected>' in text_of(sara.get(f"{URL}?from=nothing"))


def test_a_template_of_a_provider_that_is_there_proposes_another_slug(app: App, sara: PanelClient) -> None:
    """And leads to the one that is there, before the form is filled in; a vendor of no known slug proposes none."""
    for slug in ("ollama", "ollama-2"):
        app.put({"slug": slug, "name": slug, "display_name": slug})
    page = text_of(sara.get(f"{URL}?from=ollama"))
    assert 'name="slug" value="ollama-3"' in page
    assert 'href="/admin/providers/ollama">Open that provider</a>' in page
    assert 'name="slug" value=""' in text_of(sara.get(URL))


def test_the_list_of_providers_leads_to_the_form(sara: PanelClient, nima: PanelClient) -> None:
    """For those who may import."""
    assert f'href="{URL}"' in text_of(sara.get("/admin/providers"))
    assert f'href="{URL}"' not in text_of(nima.get("/admin/providers"))
