"""Names that are markup change no page: it has the same elements and attributes as with plain ones. Browsers look at them in `test_panel_accessibility.py`."""

import json
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from tests.support.app import App
from tests.support.panel_client import PanelClient, signed_in, text_of

HOSTILE = "\"><img src='x' onerror='alert(1)'><script>alert(1)</script><b a=\"{{ 7*7 }}%(name)s"
PLAIN = "".join(character if character.isalnum() or character == " " else "-" for character in HOSTILE)
PAGES = (
    "/admin/",
    "/admin/providers",
    "/admin/providers/acme",
    "/admin/providers/acme/chat?explain=true",
    "/admin/providers/live/chat?wait=1&explain=true",
    "/admin/providers/acme/chat?search={name}&sort={name}",
    "/admin/providers/acme/chat/select?model={name}",
    "/admin/providers/acme/chat/select?model=other",
    "/admin/providers/acme/chat/deselect",
    "/admin/enabled/acme",
    "/admin/edit/acme",
    "/admin/edit/acme/chat",
    "/admin/edit/acme/chat/model?id={name}",
    "/admin/new-capability/acme",
    "/admin/new-provider?from={name}",
    "/admin/keys",
    "/admin/keys/acme/shared",
    "/admin/uses",
    "/admin/uses/support",
    "/admin/uses/support/delete",
    "/admin/tokens",
    "/admin/changes?provider={name}",
    "/admin/audit",
    "/admin/audit?by={name}&subject={name}",
    "/admin/nothing/{name}",
)
DECLARED = '{"version": "1.0.0", "providers": [{"slug": "new", "name": NAME}, {"slug": NAME, NAME: NAME, "provider_class": NAME}]}'
FORMS = (
    ("/admin/edit/acme", {"version": "1", "name": "", "display_name": "{name}", "api_base_url": "{name}", "sort_order": "{name}"}),
    ("/admin/new-use", {"name": "{name}", "provider": "acme", "capability": "chat", "description": "{name}"}),
    ("/admin/new-provider", {"slug": "{name}", "name": "{name}", "provider_class": "{name}"}),
    ("/admin/edit/acme/chat", {"version": "1", "supported": "1", "description": "{name}", "include": "{name}\n{name}\n "}),
    ("/admin/edit/acme/chat/model", {"version": "1", "id": " {name}", "name": "{name}"}),
    ("/admin/import", {"act": "look", "declaration": "{name}"}),
    ("/admin/import", {"act": "look", "declaration": DECLARED}),
    ("/admin/tokens", {"token_name": "{name}", "scope_admin": "1", "days": "{name}"}),
    ("/admin/webhooks", {"url": "{name}"}),
    ("/admin/admins", {"username": "{name}", "role": "super", "password": "x", "again": "y"}),
    ("/admin/providers/acme/chat/select", {"model_id": "{name}", "version": "9"}),
    ("/admin/keys/acme/shared", {"api_key": "{name}"}),
)


class Elements(HTMLParser):
    """The elements of a page with the names of their attributes. Where a long name may break is no matter."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found = list[str]()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "wbr":
            self.found.append(" ".join([tag, *(name for name, _ in attrs)]))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"/{tag}")


def desk_of(app: App, name: str) -> PanelClient:
    """Everything that may have a name has this one: providers, models, a use, an audit log of all that."""
    model = {"id": name, "name": name}
    capability = {"supported": True, "description": name, "models": [model, {"id": "other", "name": "Other"}]}
    texts = {"name": name, "display_name": name, "description": name, "translations": {"fa": {"display_name": name, "description": name}}}
    rest = app.signed_in()
    declared = [
        {"slug": "acme", **texts, "capabilities": {"chat": capability}, "config": {name: name}, "pricing_info": {"type": name, name: name}},
        {
            "slug": "live",
            **texts,
            "api_base_url": "https://live.example",
            "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}},
        },
    ]
    assert rest.post("/ai-providers/import/?force=true", {"version": "1.0.0", "providers": declared}).status == 200
    assert (
        rest.post("/ai-models/select-model/", {"provider": "acme", "capability": "chat", "model_id": name, "model_name": name}).status
        == 200
    )
    assert rest.ask("PUT", "/api/admin/ai-uses/support/", {"capability": "chat", "provider": "acme", "description": name}).status == 201
    app.vendors.fail("live", name)
    return signed_in(app, "sara")


def filled_in(text: str, name: str) -> str:
    return text.replace("{name}", name).replace("NAME", json.dumps(name))


def pages(app: App, name: str, language: str) -> dict[str, tuple[int, list[str]]]:
    """The status and the elements of each page, and of what each form answers."""
    panel = desk_of(app, name)
    panel.language = language
    answers = {path: panel.get(filled_in(path, quote(name, safe=""))) for path in PAGES}
    for path, fields in FORMS:
        answers[f"{path} {fields}"] = panel.send(path, {field: filled_in(text, name) for field, text in fields.items()})
    return {path: (answer.status, Elements(text_of(answer)).found) for path, answer in answers.items()}


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_name_is_text_on_every_page(app: App, language: str) -> None:
    """In texts, attributes and addresses, in what a form sends back and in what is wrong with it."""
    contents = app.store.contents  # type: ignore[union-attr] # in memory
    hostile = pages(app, HOSTILE, language)
    plain = pages(app.renew(contents), PLAIN, language)
    assert {path for path in plain if plain[path] != hostile[path]} == set()
    assert {
        path: status for path, (status, found) in plain.items() if status not in (200, 400, 404, 409, 412, 422) or len(found) < 20
    } == {}
