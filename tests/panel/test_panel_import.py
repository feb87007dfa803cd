"""What the preview of an import warns of, and where its problems lead."""

import json
import re

from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of

IMPORT = "/admin/import"
CHAT = {"supported": True, "models": ["one", "two"]}


def preview(visitor: PanelClient, text: str, **boxes: str) -> str:
    return text_of(visitor.send(IMPORT, {"declaration": text, "act": "look", "force": "1", **boxes}))


def planned(page: str) -> str:
    """The plan of the page, before the form that shows the declaration again."""
    found = page.partition('id="plan"')[2].partition('action="/admin/import"')[0]
    assert found
    return found


def declaration(**capabilities: object) -> str:
    provider = {"slug": "acme", "name": "Acme", "display_name": "Acme", "capabilities": capabilities}
    return json.dumps({"version": "1.0.0", "providers": [provider]})


def test_a_capability_that_ends_is_a_warning_in_words(sara: PanelClient) -> None:
    """Whether it is left out or no longer supported; no JSON of it is shown. One that begins is none."""
    preview_without = preview(sara, declaration(chat=CHAT))
    assert "no longer offered: Video" in text_without_tags(preview_without)
    assert "has_dynamic_models" not in planned(preview_without)
    assert "no longer offered: Chat" in text_without_tags(preview(sara, declaration(chat={"supported": False}, video=CHAT)))
    assert "no longer offered: Image" not in text_without_tags(preview(sara, declaration(chat=CHAT, image=CHAT)))


def test_a_capability_that_comes_or_goes_is_shown_in_words(sara: PanelClient) -> None:
    """Without the JSON of it: how it was offered, and with how many models."""
    shown = preview(sara, declaration(chat=CHAT, ocr={"supported": False}))
    assert "<ins>not offered</ins>" in shown
    assert "&#34;supported&#34;" not in planned(shown)
    assert "<ins>2 models</ins>" in preview(sara, declaration(chat=CHAT, ocr=CHAT))


def test_an_address_that_changes_may_break_between_its_parts(sara: PanelClient) -> None:
    """As every address of the panel; other texts are isolated in their own direction."""
    provider = {
        "slug": "acme",
        "name": "Acme",
        "display_name": "Other",
        "website": "https://www.acme.example/models",
        "capabilities": {"chat": CHAT},
    }
    shown = preview(sara, json.dumps({"version": "1.0.0", "providers": [provider]}))
    assert '<ins><code dir="ltr">https://www.acme.example/models</code></ins>' in shown
    assert "<ins><bdi>Other</bdi></ins>" in shown


def test_what_would_change_nothing_is_not_proposed(sara: PanelClient) -> None:
    """Updating existing providers is, where a skipped one differs."""
    same = text_of(sara.get("/admin/import"))
    assert "tick the box below" not in same
    differs = text_of(sara.send(IMPORT, {"declaration": declaration(chat=CHAT), "act": "look"}))
    assert "tick the box below" in differs
    known = {"slug": "fresh", "name": "Fresh", "display_name": "Fresh"}
    again = json.dumps({"version": "1.0.0", "providers": [known]})
    sara.send("/admin/new-provider", {**known, "provider_class": "OpenAICompatibleProvider", "api_base_url": ""})
    assert "tick the box below" not in text_of(sara.send(IMPORT, {"declaration": again, "act": "look"}))


def test_patterns_that_change_are_shown_as_they_are(sara: PanelClient) -> None:
    """They are code, and no models."""
    assert '<ins><code dir="ltr">on*</code></ins>' in preview(sara, declaration(chat={**CHAT, "include": ["on*"]}))


def test_losing_an_active_model_is_said_first(app: App, sara: PanelClient) -> None:
    """Before the tally, by its name and capability."""
    sara.send("/admin/providers/acme/chat/select", {"model_id": "small", "version": "0"})
    page = preview(sara, declaration(video=CHAT), deactivate_lost="1")
    assert 0 < page.index("will no longer be active") < page.index('class="tally"')
    assert app.run(app.store.current()).slot(Slot(Slug("acme"), CapabilityName("chat"))).active == "small"


def test_the_plan_is_shown_before_losing_a_model_is_allowed(app: App, sara: PanelClient) -> None:
    """With what it takes away and the box that allows it, which the browser asks for; without it nothing is imported."""
    sara.send("/admin/providers/acme/chat/select", {"model_id": "small", "version": "0"})
    answer = sara.send(IMPORT, {"declaration": declaration(video=CHAT), "act": "look", "force": "1"})
    page = text_of(answer)
    assert answer.status == 409
    assert "will no longer be active" in page
    assert 'name="deactivate_lost" value="1" required' in page
    digest = page.partition('name="digest" value="')[2].partition('"')[0]
    sent = {"declaration": declaration(video=CHAT), "act": "apply", "force": "1", "digest": digest}
    assert sara.send(IMPORT, sent).status == 409
    assert "chat" in app.run(app.store.current()).provider(Slug("acme")).capabilities
    assert sara.send(IMPORT, {**sent, "deactivate_lost": "1"}).status == 303
    assert "chat" not in app.run(app.store.current()).provider(Slug("acme")).capabilities


def test_a_problem_shows_its_line_with_the_place_marked(sara: PanelClient) -> None:
    """And with its number; a long line is cut on both sides."""
    page = preview(sara, '{\n "version": "1.0.0",\n "providers": [{"slug": "acme", "name": "A", "sort_order": "x"}]\n}')
    assert re.search(r'<span class="line-number"><bdi>3</bdi></span> .*<mark>&#34;sort_order&#34;</mark>: &#34;x&#34;}]</code>', page)
    long = '{"version": "1.0.0", "providers": [{"slug": "acme", "name": "A", "description": "' + "d" * 300 + '", "sort_order": "x"}]}'
    assert re.search(r"</span> …d{20,}&#34;, <mark>&#34;sort_order&#34;</mark>", preview(sara, long))


def test_a_problem_leads_to_its_place_in_the_text(sara: PanelClient) -> None:
    """By line and column, for the script; without one the link leads to the text."""
    page = preview(sara, '{\n "version": "1.0.0",\n "providers": [{"slog": "acme"}]\n}')
    assert '<a href="#declaration" data-jump="3:' in page
    assert 'id="declaration"' in page


def text_without_tags(page: str) -> str:
    return " ".join("".join(part.partition(">")[2] for part in f">{page}".split("<")).split())


def test_uses_of_the_declaration_stand_in_the_preview(sara: PanelClient) -> None:
    """The preview shows what changes of a use, and warns of a deleted one that the import creates again."""
    sara.send("/admin/new-use", {"name": "support-chat", "provider": "acme", "capability": "chat"})
    sara.send("/admin/new-use", {"name": "search", "provider": "acme", "capability": "chat"})
    sara.send("/admin/uses/support-chat/delete", {"version": "1"})
    uses = [{"name": name, "provider": "acme", "capability": "video"} for name in ("support-chat", "search", "fresh")]
    text = json.dumps({**json.loads(declaration(chat=CHAT, video=CHAT)), "uses": uses})
    words = text_without_tags(preview(sara, text))
    assert "new Use fresh acme/video" in words
    assert re.search("to update Use search.*Capability edited by an admin Chat Video", words)
    assert "The use support-chat is created again: sara deleted it at" in words
    assert "The use fresh is created again" not in words
    assert "skipped Use search acme/chat" in " ".join(
        text_without_tags(text_of(sara.send(IMPORT, {"declaration": text, "act": "look"}))).split()
    )


def marked_rows(page: str) -> list[str]:
    """The changed fields that are marked as edited by an admin."""
    rows = re.findall(r'<th role="rowheader" scope="row">(.*?)</th>', page, re.DOTALL)
    return [text_without_tags(name).removesuffix(" edited by an admin") for name in rows if "edited by an admin" in name]


def test_replaced_edits_are_marked(sara: PanelClient) -> None:
    """At their fields, at their uses and once for all; what nobody edited has no mark. The provider's page names who owns what."""
    sara.send("/admin/edit/acme/chat", {"version": "1", "supported": "1", "list": "fixed", "description": "edited", "added": "mine"})
    page = text_of(sara.get("/admin/providers/acme"))
    assert "edited by an admin" in page
    assert '<dt>Edited since the last import</dt><dd><code dir="ltr">capabilities.chat</code>' in page
    assert "<dt>Read from the provider</dt><dd>the models of live lists</dd>" in page
    shown = preview(sara, declaration(chat={**CHAT, "include": ["on*"]}))
    assert marked_rows(shown) == ["capabilities.chat.description", "capabilities.chat.models"], (
        "and not the patterns, which only the file changed"
    )
    assert "This import replaces 2 values that admins edited." in text_without_tags(shown)
    skipped = text_of(sara.send(IMPORT, {"declaration": declaration(chat=CHAT), "act": "look"}))
    assert "edited by an admin" in skipped
    assert "This import replaces" not in skipped


def test_replaced_edits_of_a_use_are_shown_and_counted(sara: PanelClient) -> None:
    """Each field that differs has a row, and those that an admin edited a mark."""
    use = {"name": "search", "provider": "acme", "capability": "chat", "description": "of the file", "fallbacks": ["open"]}
    text = json.dumps({**json.loads(declaration(chat=CHAT, video=CHAT)), "uses": [use]})
    digest = preview(sara, text).partition('name="digest" value="')[2].partition('"')[0]
    assert sara.send(IMPORT, {"declaration": text, "act": "apply", "force": "1", "digest": digest}).status == 303
    edited = {"version": "1", "provider": "acme", "capability": "video", "description": "of sara", "fallbacks": "open", "confirmed": "1"}
    assert sara.send("/admin/uses/search", edited).status == 303
    shown = preview(sara, text.replace('["open"]', "[]"))
    assert marked_rows(shown) == ["Capability", "Description"]
    assert "Fallbacks open empty" in text_without_tags(shown)
    assert "This import replaces 2 values that admins edited." in text_without_tags(shown)


def test_the_tally_counts_providers_and_uses(sara: PanelClient) -> None:
    """Each chip says as many as rows have its mark; what is unchanged stands behind the same number."""
    sara.send("/admin/new-use", {"name": "known", "provider": "acme", "capability": "chat"})
    uses = [{"name": name, "provider": "acme", "capability": "chat"} for name in ("known", "fresh", "further")]
    page = preview(sara, json.dumps({**json.loads(declaration(chat=CHAT)), "uses": uses}))
    tally = text_without_tags(page.partition('class="tally">')[2].partition("</p>")[0])
    assert tally.split() == ["2", "to", "create", "1", "to", "update", "1", "unchanged"]
    assert page.count('<span class="chip good">new</span>') == 2
    assert "Use known" in text_without_tags(page.partition("<summary><bdi>1</bdi> unchanged</summary>")[2].partition("</details>")[0])


def test_a_long_list_says_how_many_more_models_differ(sara: PanelClient) -> None:
    """Forty are named."""
    models = [f"m{number}" for number in range(45)]
    words = text_without_tags(planned(preview(sara, declaration(chat={"supported": True, "models": models}))))
    assert "m39 and 5 more" in words
    assert "m40" not in words


def test_an_id_that_stands_twice_is_told_from_another_order(sara: PanelClient) -> None:
    """The second one is added or removed."""
    preview_twice = preview(sara, declaration(chat={"supported": True, "models": ["small", "large", "tiny", "small"]}))
    assert "Added: small (2)" in text_without_tags(preview_twice)


def test_all_problems_are_counted(sara: PanelClient) -> None:
    """The first 200 are shown, and the page says so."""
    page = preview(sara, json.dumps({"version": "1.0.0", "providers": [{"slog": number} for number in range(150)]}))
    shown = page.count("data-jump=")
    [counted] = re.findall(r'id="problems">Problems <span class="count"><bdi>(\d+)</bdi>', page)
    assert (shown, int(counted) > shown) == (200, True)
    assert "Only the first 200 are shown." in text_without_tags(page)


def test_objects_are_shown_by_their_members(sara: PanelClient) -> None:
    """Configuration, prices and translations: each member that differs has a row of its own, without JSON."""
    provider = {"slug": "acme", "name": "Acme", "config": {"timeout": 30}, "translations": {"fa": {"display_name": "اکمی"}}}
    shown = preview(sara, json.dumps({"version": "1.0.0", "providers": [provider]}))
    names = [text_without_tags(name) for name in re.findall(r'<th role="rowheader" scope="row">(.*?)</th>', shown)]
    assert {"config.timeout", "config.house", "pricing_info.type", "translations.fa.display_name"} <= set(names)
    assert "<del><bdi>60</bdi></del>" in shown
    assert "&#34;timeout&#34;" not in planned(shown)


def test_long_texts_are_shown_from_where_they_differ(sara: PanelClient) -> None:
    """Two beginnings that are equal would say nothing."""
    first, second = ("d" * 500 + end for end in "ab")
    provider = {"slug": "acme", "name": "Acme", "description": first}
    sara.send("/admin/edit/acme", {"version": "1", "description": second, "shown_description": "", "name": "Acme", "shown_name": "Acme"})
    changes = planned(preview(sara, json.dumps({"version": "1.0.0", "providers": [provider]})))
    assert "<del><bdi>…" + "d" * 40 + "b</bdi></del>" in changes
    assert "<ins><bdi>…" + "d" * 40 + "a</bdi></ins>" in changes


def test_values_are_written_as_the_language_writes_them(sara: PanelClient) -> None:
    """Numbers in its digits, flags in its words; JSON, ids and addresses are code, and stay as they are."""
    provider = {
        "slug": "acme",
        "name": "Acme",
        "website": "https://acme.example/v2",
        "sort_order": 1_234,
        "config": {"timeout": 30, "ratio": 0.25, "ours": [1, 2]},
        "capabilities": {"video": {"supported": True, "models": ["m1"], "include": ["m1*"]}},
    }
    sara.language = "fa"
    changes = planned(preview(sara, json.dumps({"version": "1.0.0", "providers": [provider]})))
    shown = re.findall(r"<(?:ins|del)>(.*?)</(?:ins|del)>", changes)
    expected = [
        "<bdi>۱٬۲۳۴</bdi>", "<bdi>۳۰</bdi>", "<bdi>۰٫۲۵</bdi>", "بله", "خیر",
        '<code dir="ltr">[1, 2]</code>', '<code dir="ltr">m1*</code>', '<code dir="ltr">https://acme.example/v2</code>',
    ]  # fmt: skip
    assert set(expected) <= set(shown)
    assert [value for value in shown if re.search("[0-9]", value) and "<code" not in value] == []
