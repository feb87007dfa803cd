"""`modeldesk overview` and `modeldesk cache clear`."""

from modeldesk.entrypoints.cli.overview import NOTHING_ACTIVE, SELECT_ONE
from tests.support.cli_folder import Folder


def test_the_overview_shows_what_is_active(desk: Folder) -> None:
    """One row for each active model, and how many rows are left out; vendors that nobody has selected draw no warning."""
    assert desk.type("overview").lines[2:] == [f"{NOTHING_ACTIVE} {SELECT_ONE}", "3 more rows without an active model; --all shows them"]
    desk.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    lines = desk.type("overview").lines
    assert [line.split() for line in lines[2:-1]] == [
        ["provider", "name", "capability", "models", "active"],
        ["anthropic", "Anthropic", "Claude", "chat", "2", "claude-3-opus-20240229"],
    ]
    assert lines[-1] == "2 more rows without an active model; --all shows them"


def test_the_whole_overview_shows_every_capability(desk: Folder) -> None:
    """A row for each that is supported or has an active model: how many models its list has, and the active one."""
    desk.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    lines = desk.type("overview", "--all").lines
    assert lines[0] == "2 providers, 2 active · 1 stored model, 1 active"
    assert lines[1] == ""
    assert lines[-1] == "⚠️  cohere embedding: the list of models needs an API key, and there is none yet"
    assert [line.split() for line in lines[2:-1]] == [
        ["provider", "name", "capability", "models", "active"],
        ["anthropic", "Anthropic", "Claude", "chat", "2", "claude-3-opus-20240229"],
        ["cohere", "Cohere", "chat", "1"],
        ["cohere", "Cohere", "embedding", "live"],
    ]


def test_the_overview_warns(desk: Folder) -> None:
    """Of a model in use at a provider that is switched off, and of one that the list does not hold; a live list is not judged."""
    desk.type("models", "select", "cohere", "chat", "command-r")
    desk.type("models", "select", "cohere", "embedding", "anything")
    desk.type("models", "select", "anthropic", "chat", "claude-99")
    desk.type("providers", "disable", "cohere")
    printed = desk.type("overview")
    warnings = [line for line in printed.lines if line.startswith("⚠️")]
    assert len(warnings) == 3
    assert warnings[0] == "⚠️  anthropic chat: claude-99 is active, but the provider's list does not hold it"
    assert [line.split(":")[0] for line in warnings[1:]] == ["⚠️  cohere chat", "⚠️  cohere embedding"]
    assert "Cohere (disabled)" in printed.out
    assert printed.lines[0] == "2 providers, 1 active · 3 stored models, 3 active"
    codes = [(entry["code"], entry["provider"]) for entry in desk.type("overview", "--format", "json").json["warnings"]]
    assert codes == [("not-in-catalogue", "anthropic"), ("provider-inactive", "cohere"), ("provider-inactive", "cohere")]


def test_providers_that_offer_nothing_have_a_row(folder: Folder) -> None:
    """Those that take any capability, and those that support none."""
    folder.declare({"slug": "a", "name": "A"}, {"slug": "b", "name": "B", "capabilities": {"chat": {"supported": False}}})
    folder.type("import-providers")
    assert [line.split() for line in folder.type("overview", "--all").lines[3:]] == [["a", "A", "any"], ["b", "B", "none"]]
    folder.type("models", "select", "a", "chat", "x")
    assert folder.type("overview").lines[0].endswith("1 stored model, 1 active")


def test_the_overview_of_nothing(empty_desk: Folder) -> None:
    """Counts of zero, and what would bring providers in."""
    assert empty_desk.type("overview").lines == [
        "0 providers, 0 active · 0 stored models, 0 active",
        "There are no providers. Import them: modeldesk import-providers",
    ]


def test_clearing_reaches_other_processes(desk: Folder) -> None:
    """The number by which running servers know that something changed goes up; of everything or of one provider."""
    before = desk.type("overview", "--format", "json").json["generation"]
    assert desk.type("cache", "clear").out == "🧹 Cleared the cached lists of all providers, also those of running servers\n"
    between = desk.type("overview", "--format", "json").json["generation"]
    assert desk.type("cache", "clear", "--provider", "cohere").out.startswith("🧹 Cleared the cached lists of cohere")
    assert before < between < desk.type("overview", "--format", "json").json["generation"]


def test_clearing_what_is_not_there_is_refused(desk: Folder) -> None:
    """An unknown provider has no lists; what cannot be a slug is wrong usage."""
    assert desk.refused("cache", "clear", "--provider", "nosuch") == ["Error: there is no provider 'nosuch'; known: anthropic, cohere"]
    assert "a slug consists of" in desk.refused("cache", "clear", "--provider", "No!", exits=2)[-1]
