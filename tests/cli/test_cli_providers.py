"""`modeldesk providers list|show|enable|disable`."""

import re

from tests.support.cli_folder import CLAUDE, COHERE, Folder


def test_providers_are_listed_in_their_order(desk: Folder) -> None:
    """By sort_order, then slug; only what is supported counts as a capability."""
    desk.declare(
        {**CLAUDE, "slug": "b", "display_name": "هوش مصنوعی"}, {"slug": "a", "name": "A", "sort_order": 7, "is_active": False}, COHERE
    )
    desk.type("import-providers")
    lines = desk.type("providers", "list").lines
    assert lines[0].split() == ["provider", "name", "capabilities", "class", "order", "key", "active"]
    assert [line.split("  ")[0] for line in lines[1:]] == ["a", "anthropic", "b", "cohere"]
    assert lines[1].split() == ["a", "A", "any", "OpenAICompatibleProvider", "7", "no"]
    assert lines[2].split() == ["anthropic", "Anthropic", "Claude", "chat", "AnthropicProvider", "7", "yes"]
    assert lines[4].split() == ["cohere", "Cohere", "chat,", "embedding", "CohereProvider", "8", "yes"]


def test_an_empty_desk_says_what_would_fill_it(folder: Folder) -> None:
    """The answer on standard output, that there is no database and how to create it on standard error; once there is one, the next step."""
    printed = folder.type("providers", "list")
    assert printed.out == "There are no providers.\n"
    assert printed.errors[-1].endswith("to create a new one: modeldesk import-providers")
    folder.type("db", "upgrade")
    assert folder.type("providers", "list").out == "There are no providers. Import them: modeldesk import-providers\n"
    assert folder.type("providers", "list", "--format", "json").json == {"count": 0, "providers": []}


def test_a_provider_is_shown_field_by_field(desk: Folder) -> None:
    """One line for each, also for a description of several lines; capabilities by what they offer."""
    desk.declare({**CLAUDE, "description": "one\n\ttwo", "config": {"timeout": 60, "region": {"eu": [1]}}, "is_recommended": True})
    desk.type("import-providers", "--force")
    rows = [re.split(" {2,}", line) for line in desk.type("providers", "show", "anthropic").lines]
    assert rows[0] == ["field", "value", "owner"]
    facts = {name: found[0] for name, *found in rows if found}
    assert (facts["slug"], facts["display_name"], facts["description"]) == ("anthropic", "Anthropic Claude", "one two")
    assert (facts["config.timeout"], facts["config.region"]) == ("60", '{"eu": [1]}')
    assert (facts["is_recommended"], facts["allow_shared_for_normal_admins"], facts["sort_order"]) == ("yes", "no", "7")
    assert (facts["capabilities.chat"], facts["capabilities.image"]) == ("2 models", "not supported")
    cohere = desk.type("providers", "show", "cohere").out
    assert "capabilities.embedding          live list " in cohere
    assert "capabilities.embedding.models   listed live by the vendor" in cohere
    assert "1 model " in cohere


def test_a_provider_is_switched_off_and_on(desk: Folder) -> None:
    """Its model in use keeps its place; doing it twice is fine, and says so."""
    desk.type("models", "select", "cohere", "chat", "command-r")
    assert desk.type("providers", "disable", "cohere").out == "disabled cohere\n"
    assert desk.type("providers", "disable", "cohere").out == "cohere is already disabled\n"
    assert desk.provider("cohere")["is_active"] is False
    assert desk.active() == {"cohere chat": "command-r"}
    assert desk.refused("models", "select", "cohere", "chat", "x") == [
        "Error: the provider 'cohere' is disabled; enable it with: modeldesk providers enable cohere"
    ]
    assert desk.type("providers", "enable", "cohere").out == "enabled cohere\n"
    assert desk.type("providers", "enable", "cohere").out == "cohere is already enabled\n"
    assert desk.provider("cohere")["is_active"] is True


def test_an_unknown_provider_is_refused(desk: Folder) -> None:
    """By all three; what cannot be a slug is wrong usage."""
    for command in ("show", "enable", "disable"):
        assert desk.refused("providers", command, "nosuch") == ["Error: there is no provider 'nosuch'; known: anthropic, cohere"]
        assert "a slug consists of a-z and 0-9" in desk.refused("providers", command, "No Such", exits=2)[-1]
