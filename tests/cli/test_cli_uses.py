"""`modeldesk uses` and `modeldesk resolve`."""

import pytest

from tests.support.cli_folder import Folder


@pytest.fixture
def support(desk: Folder) -> Folder:
    """A use of the model that is active for Cohere's chat."""
    desk.type("models", "select", "cohere", "chat", "command-r")
    desk.type("uses", "set", "support-chat", "cohere/chat", "--fallback", "anthropic", "--description", "Answers customers")
    return desk


def test_setting_says_what_it_did(desk: Folder) -> None:
    """Created, changed with what it was before, or nothing to do."""
    assert desk.type("uses", "set", "support-chat", "cohere/chat").lines == ["created the use support-chat: cohere/chat"]
    assert desk.type("uses", "set", "support-chat", "cohere/chat").lines == ["the use support-chat is like this already"]
    assert desk.type("uses", "set", "support-chat", "anthropic/chat").lines == [
        "changed the use support-chat: anthropic/chat",
        "previous: cohere/chat",
    ]


def test_what_no_option_names_stays(support: Folder) -> None:
    """Pointing a use elsewhere keeps its description and fallbacks; they are dropped by saying so."""

    def use() -> dict[str, object]:
        found: dict[str, object] = support.type("uses", "list", "--format", "json").json["uses"][0]
        return found

    support.type("uses", "set", "support-chat", "cohere/embedding", "--no-fallbacks")
    assert (use()["capability"], use()["fallbacks"], use()["description"]) == ("embedding", [], "Answers customers")
    support.type("uses", "set", "support-chat", "anthropic/chat", "--fallback", "cohere", "--description", "")
    assert (use()["provider"], use()["fallbacks"], use()["description"], use()["version"]) == ("anthropic", ["cohere"], "", 3)


def test_the_list_shows_what_each_runs_on(support: Folder) -> None:
    """Without a model, none; without a use, how to set one."""
    support.type("uses", "set", "search", "cohere/embedding")
    lines = support.type("uses", "list").lines
    assert [line.split()[:4] for line in lines[1:]] == [
        ["search", "cohere", "embedding", "none"],
        ["support-chat", "cohere", "chat", "command-r"],
    ]
    for name in ("search", "support-chat"):
        support.type("uses", "delete", name)
    assert "modeldesk uses set" in support.type("uses", "list").out


def test_a_deleted_use_comes_back(support: Folder) -> None:
    """By the command that the deletion names."""
    assert "modeldesk uses rollback support-chat" in support.type("uses", "delete", "support-chat").out
    assert support.refused("resolve", "support-chat") == ["Error: there is no use 'support-chat'"]
    assert support.type("uses", "rollback", "support-chat").lines == ["support-chat: restored cohere/chat (was: none)"]
    assert support.type("resolve", "support-chat", "--format", "json").json["model_id"] == "command-r"


def test_resolving_answers_with_the_active_model(support: Folder) -> None:
    """For a use and for its slot alike; the steps are said in order."""
    of_use = support.type("resolve", "support-chat", "--format", "json").json
    of_slot = support.type("resolve", "cohere/chat", "--format", "json").json
    assert {name for name in of_use if of_use[name] != of_slot[name]} == {"use", "use_version"}
    assert (of_use["model_id"], of_use["use"], of_use["use_version"]) == ("command-r", "support-chat", 1)
    steps = [line for line in support.type("resolve", "support-chat", "--explain").lines if line[:1].isdigit()]
    assert [step.partition(" ")[2].split(" is ")[0] for step in steps] == [
        "the use 'support-chat' points at 'cohere' 'chat'",
        "the active model of 'cohere' 'chat'",
        "the list of 'cohere' contains it",
        "the fallback 'anthropic' has nothing active: no model",
    ]


def test_nothing_active_is_said_with_its_reason(support: Folder) -> None:
    """Never another model: an empty slot, a disabled provider, a capability that is not offered."""
    assert support.refused("resolve", "anthropic/chat") == [
        "Error: nothing is active for 'anthropic' 'chat': no model is selected; see what could be selected with: modeldesk models browse anthropic chat"
    ]
    assert support.refused("resolve", "anthropic/video") == [
        "Error: nothing is active for 'anthropic' 'video': the provider 'anthropic' does not offer 'video'; it offers: chat"
    ]
    support.type("providers", "disable", "cohere")
    assert "is disabled" in support.refused("resolve", "support-chat")[0]
    assert support.refused("resolve", "suport-chat") == ["Error: there is no use 'suport-chat'; did you mean 'support-chat'?"]


def test_a_slip_in_a_provider_or_a_capability_names_what_is_meant(support: Folder) -> None:
    """And never a way to browse what nobody offers."""
    assert support.refused("resolve", "anthropc/chat") == ["Error: there is no provider 'anthropc'; did you mean 'anthropic'?"]
    assert support.refused("resolve", "anthropic/chta") == [
        "Error: nothing is active for 'anthropic' 'chta': the provider 'anthropic' does not offer 'chta'; did you mean 'chat'? It offers: chat"
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["uses", "set", "a.b", "cohere/chat"], "a slug consists of"),
        (["uses", "set", "support", "cohere"], "written as provider/capability"),
        (["uses", "set", "support", "Cohere/chat"], "a slug consists of"),
        (["uses", "set", "support", "cohere/chat", "--fallback", "anthropic", "--no-fallbacks"], "cannot be combined with"),
        (["resolve", "a/b/c"], "a capability consists of"),
    ],
)
def test_wrong_usage_is_told(desk: Folder, words: list[str], said: str) -> None:
    """Before anything is read or written."""
    assert said in desk.type(*words, exits=2).err
