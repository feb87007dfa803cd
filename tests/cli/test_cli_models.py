"""`modeldesk models browse|select|deselect|list`."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from modeldesk.entrypoints.cli.wording import money
from tests.support.cli_folder import CLAUDE, COHERE, Folder

LARGE = {"id": "large", "name": "Größe", "is_free": False, "pricing": {"prompt": 3, "completion": "15.00"}, "context_length": 200_000}
SMALL = {"id": "small", "name": "Aleph", "pricing": {"prompt": 0, "completion": 0}, "context_length": 8_000}
PLAIN = "plain-9"
ACME: dict[str, Any] = {
    "slug": "acme",
    "name": "Acme",
    "capabilities": {
        "chat": {"supported": True, "models": [LARGE, SMALL, PLAIN]},
        "video": {"supported": True, "has_dynamic_models": True},
        "image": {"supported": False},
    },
}


@pytest.fixture
def acme(folder: Folder, declare_and_import: Callable[..., None]) -> Folder:
    """A desk with a provider whose models are all declared here."""
    declare_and_import(folder, ACME, {"slug": "open", "name": "Open", "sort_order": 1}, {**COHERE, "is_active": False})
    return folder


def ids(folder: Folder, *options: str) -> list[str]:
    answer = folder.type("models", "browse", "acme", "chat", *options, "--format", "json").json
    assert answer["count"] == len(answer["models"])
    return [model["id"] for model in answer["models"]]


def test_browsing_shows_what_is_offered(acme: Folder) -> None:
    """In the declared order, unknown said to be unknown, with the count under it; the model in use is marked."""
    acme.type("models", "select", "acme", "chat", "small")
    lines = acme.type("models", "browse", "acme", "chat").lines
    assert lines[0].split() == ["model", "name", "free", "price,", "US$", "in", "/", "out", "context", "active"]
    assert lines[1].split() == ["large", "Größe", "no", "3.00", "/", "15.00", "per", "1M", "tokens", "200,000"]
    assert lines[2].split() == ["small", "Aleph", "yes", "0.00", "/", "0.00", "per", "1M", "tokens", "8,000", "yes"]
    assert lines[3].split() == ["plain-9", "plain-9", "unknown", "unknown", "unknown"]
    assert lines[4:] == ["3 of 3 models"]


def test_large_amounts_have_separators(folder: Folder, declare_and_import: Callable[..., None]) -> None:
    """For people, as other numbers have; never in JSON."""
    pricing = {"prompt": 1500, "completion": "1234567.5", "cache_read": 2000}
    chat = {"supported": True, "models": [{"id": "dear", "pricing": pricing}]}
    declare_and_import(folder, {"slug": "acme", "name": "Acme", "capabilities": {"chat": chat}})
    assert "1,500.00 / 1,234,567.50 per 1M tokens" in folder.type("models", "browse", "acme", "chat").out
    assert "cache read 2,000.00" in folder.type("models", "browse", "acme", "chat", "--explain").out
    assert [money(amount) for amount in ("+1500.00", "-0.25", "999.50")] == ["+1,500.00", "-0.25", "999.50"]
    found = folder.type("models", "browse", "acme", "chat", "--format", "json").json["models"][0]["pricing"]
    assert (found["prompt"], found["completion"]) == ("1500.00", "1234567.50")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["large", "small", "plain-9"]),
        (["--search", "GROSSE"], ["large"]),
        (["--search", "9 plain"], ["plain-9"]),
        (["--search", "nothing"], []),
        (["--free"], ["small"]),
        (["--not-free"], ["large"]),
        (["--sort", "name"], ["small", "large", "plain-9"]),
        (["--sort", "-id"], ["small", "plain-9", "large"]),
        (["--sort", "price"], ["small", "large", "plain-9"]),
        (["--sort", "-price"], ["large", "small", "plain-9"]),
        (["--sort", "-context"], ["large", "small", "plain-9"]),
        (["--limit", "2"], ["large", "small"]),
        (["--limit", "2", "--offset", "1"], ["small", "plain-9"]),
        (["--offset", "9"], []),
    ],
)
def test_browsing_narrows_down_sorts_and_pages(acme: Folder, options: list[str], expected: list[str]) -> None:
    """Each option by itself; unknown stands last, ascending and descending."""
    assert ids(acme, *options) == expected


def test_a_list_without_rows_says_why(acme: Folder) -> None:
    """Nothing is listed, nothing fits, or the page lies beyond the end."""
    assert acme.type("models", "browse", "open", "chat").out == "open lists no models for chat.\n"
    assert acme.type("models", "browse", "acme", "chat", "--search", "zzz").out == "No model of acme for chat matches.\n"
    assert acme.type("models", "browse", "acme", "chat", "--offset", "3").out == "There are only 3 models; use a smaller --offset.\n"
    assert acme.type("models", "list").out == "No model has been selected yet.\n"
    acme.type("models", "select", "acme", "chat", "small")
    assert acme.type("models", "list", "--provider", "open").out == "No stored model matches.\n"


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--provider", "amce"], ["there is no provider 'amce'; did you mean 'acme'?"]),
        (
            ["--provider", "acme", "--capability", "vidoe"],
            ["the provider 'acme' does not offer 'vidoe'; did you mean 'video'? It offers: chat, video"],
        ),
        (["--provider", "acme", "--capability", "video"], []),
    ],
)
def test_an_empty_answer_names_what_is_meant(acme: Folder, options: list[str], line: list[str]) -> None:
    """The answer itself is the one of REST, where nothing matches either."""
    printed = acme.type("models", "list", *options)
    assert (printed.out, printed.errors) == ("No stored model matches.\n", line)
    printed = acme.type("models", "list", *options, "--format", "json")
    assert (printed.json, printed.errors) == ({"count": 0, "models": []}, line)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("nosuch", "chat"), "Error: there is no provider 'nosuch'; known: acme, open, cohere"),
        (("amce", "chat"), "Error: there is no provider 'amce'; did you mean 'acme'?"),
        (("acme", "vidoe"), "Error: the provider 'acme' does not offer 'vidoe'; did you mean 'video'? It offers: chat, video"),
        (("acme", "image"), "Error: the provider 'acme' does not offer 'image'; it offers: chat, video"),
        (("acme", "audio"), "Error: the provider 'acme' does not offer 'audio'; it offers: chat, video"),
        (
            ("acme", "video"),
            "Error: 'acme' has no address to read its list from; a model can still be selected by its id; set api_base_url",
        ),
    ],
)
def test_what_cannot_be_browsed_is_told(acme: Folder, words: tuple[str, str], line: str) -> None:
    """With what the provider does offer, and what can be done instead."""
    (reported,) = acme.refused("models", "browse", *words)
    assert reported.startswith(line)


def test_selecting_puts_one_model_in_use(acme: Folder) -> None:
    """The one before is named and stays stored; a model that no list holds is allowed and said to be so; doing it twice changes nothing."""
    assert acme.type("models", "select", "acme", "chat", "small").lines == ["acme chat: selected small (Aleph)"]
    assert acme.type("models", "select", "acme", "chat", "new-1", "--name", "Neu", "--free").lines == [
        "acme chat: selected new-1 (Neu)",
        "previous: small",
        "the provider's list does not contain this model",
    ]
    before = acme.state()
    assert (
        acme.type("models", "select", "acme", "chat", "new-1", "--name", "Neu", "--free").lines[0] == "acme chat: new-1 is already active"
    )
    assert acme.state() == before
    stored = acme.type("models", "list", "--format", "json").json
    assert stored["count"] == 2
    assert [(model["model_id"], model["model_name"], model["is_free"], model["is_active"]) for model in stored["models"]] == [
        ("new-1", "Neu", True, True),
        ("small", "Aleph", True, False),
    ]
    assert {(model["selected_by"], model["slot_version"]) for model in stored["models"]} == {("cli", 2)}


def test_what_the_list_knows_wins_over_the_word_of_the_caller(acme: Folder) -> None:
    """Free is the catalogue's where known; the name is the caller's."""
    acme.type("models", "select", "acme", "chat", "large", "--free", "--name", "Mine")
    acme.type("models", "select", "acme", "video", "live-1", "--not-free")
    models = {model["model_id"]: model for model in acme.type("models", "list", "--format", "json").json["models"]}
    assert (models["large"]["is_free"], models["large"]["model_name"], models["large"]["in_catalogue"]) == (False, "Mine", True)
    assert (models["live-1"]["is_free"], models["live-1"]["in_catalogue"]) == (False, None)


def test_deselecting_leaves_nothing_in_use(acme: Folder) -> None:
    """The model is named and stays stored; an empty slot is fine."""
    acme.type("models", "select", "acme", "chat", "small")
    assert acme.type("models", "deselect", "acme", "chat").out == "acme chat: deselected small\n"
    assert acme.type("models", "deselect", "acme", "chat").out == "acme chat: there was no active model\n"
    assert acme.active() == {}
    assert len(acme.type("models", "list", "--format", "json").json["models"]) == 1


@pytest.mark.parametrize(
    ("model", "line"),
    [
        ("plian-9", "the provider's list does not contain this model; did you mean 'plain-9'?"),
        ("large", None),
        ("plain-8", "the provider's list does not contain this model"),
        ("new-1", "the provider's list does not contain this model"),
    ],
)
def test_a_slip_in_a_model_is_done_and_asked_about(acme: Folder, model: str, line: str | None) -> None:
    """Lists come after models, so that the id stands as it was typed; another version is no slip."""
    first, *more = acme.type("models", "select", "acme", "chat", model).lines
    assert first.startswith(f"acme chat: selected {model}")
    assert more == ([line] if line else [])
    assert acme.active() == {"acme chat": model}


def test_a_slip_is_noticed_before_the_live_list_was_read(folder: Folder) -> None:
    """The declared models are the list until then."""
    folder.declare(CLAUDE)
    folder.type("import-providers")
    assert "does not contain" in folder.refused("models", "select", "anthropic", "chat", "claude-3-opos-20240229", "--listed-only")[0]
    *_, line = folder.type("models", "select", "anthropic", "chat", "claude-3-opos-20240229").lines
    assert line == "the provider's list does not contain this model; did you mean 'claude-3-opus-20240229'?"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("nosuch", "chat", "x"), "Error: there is no provider 'nosuch'; known: acme, open, cohere"),
        (("amce", "chat", "x"), "Error: there is no provider 'amce'; did you mean 'acme'?"),
        (("acme", "chatt", "x"), "Error: the provider 'acme' does not offer 'chatt'; did you mean 'chat'? It offers: chat, video"),
        (("cohere", "chat", "x"), "Error: the provider 'cohere' is disabled; enable it with: modeldesk providers enable cohere"),
        (("acme", "image", "x"), "Error: the provider 'acme' does not offer 'image'; it offers: chat, video"),
        (("acme", "audio", "x"), "Error: the provider 'acme' does not offer 'audio'; it offers: chat, video"),
    ],
)
def test_what_cannot_be_selected_is_told(acme: Folder, words: tuple[str, ...], line: str) -> None:
    """And nothing is stored."""
    assert acme.refused("models", "select", *words) == [line]


@pytest.mark.parametrize(
    "words", [("acme", "chat", ""), ("acme", "chat", " x"), ("acme", "chat", "x" * 201), ("acme", "Chat!", "x"), ("acme", "chat")]
)
def test_what_cannot_be_meant_is_wrong_usage(acme: Folder, words: tuple[str, ...]) -> None:
    """Judged before anything is opened."""
    assert acme.refused("models", "select", *words, exits=2)[0].startswith("Usage: modeldesk models select ")


def test_stored_models_are_listed_and_narrowed_down(acme: Folder) -> None:
    """By provider, capability and use; the table has one row for each, the active one marked."""
    for words in (("acme", "chat", "small"), ("acme", "chat", "plain-9"), ("acme", "video", "live-1"), ("open", "chat", "any-1")):
        acme.type("models", "select", *words)

    def listed(*options: str) -> list[str]:
        return [model["model_id"] for model in acme.type("models", "list", *options, "--format", "json").json["models"]]

    assert listed() == ["plain-9", "small", "live-1", "any-1"]
    assert listed("--provider", "acme") == ["plain-9", "small", "live-1"]
    assert listed("--capability", "chat") == ["plain-9", "small", "any-1"]
    assert listed("--active", "--provider", "acme", "--capability", "chat") == ["plain-9"]
    lines = acme.type("models", "list").lines
    assert len(lines) == 5
    assert lines[2].split()[:7] == ["acme", "chat", "small", "Aleph", "yes", "0.00", "/"]
    assert lines[1].split()[4:6] == ["yes", "unknown"]
    assert lines[1].endswith("  cli")


def test_a_model_of_the_guide_gets_its_name_and_price_from_the_source(folder: Folder) -> None:
    """An id alone in the declaration is browsed with everything that is known of it."""
    folder.declare(CLAUDE)
    folder.type("import-providers")
    first = folder.type("models", "browse", "anthropic", "chat", "--format", "json").json["models"][0]
    assert (first["name"], first["is_free"], first["context_length"]) == ("Claude Sonnet 3.5 v2", False, 200_000)
    assert first["pricing"]["completion"] == "15.00"


def test_a_model_that_no_list_holds_can_be_refused(acme: Folder) -> None:
    """With the nearest one, exit code 1, and nothing selected; one that the list holds is selected."""
    assert acme.refused("models", "select", "acme", "chat", "largee", "--listed-only") == [
        "Error: the list of acme for chat does not contain 'largee'; did you mean 'large'?"
    ]
    assert acme.type("models", "list", "--format", "json").json["count"] == 0
    assert acme.type("models", "select", "acme", "chat", "large", "--listed-only").lines[0].startswith("acme chat: selected large")


@pytest.mark.parametrize(("answer", "options", "selected"), [("n", (), 0), ("y", (), 1), ("n", ("--yes",), 1)])
def test_a_terminal_is_asked_first(acme: Folder, answer: str, options: tuple[str, ...], selected: int) -> None:
    """Only about a model that the list does not contain; `--yes` and programs are not asked."""
    terminal, inner = os.openpty()
    try:
        os.write(terminal, f"{answer}\n".encode())
        done = acme.process("models", "select", "acme", "chat", "largee", *options, stdin=inner)
    finally:
        os.close(terminal)
        os.close(inner)
    assert ("did you mean 'large'? Select it nevertheless? [y/N]" in done.stderr) is not bool(options)
    assert done.returncode == 1 - selected
    assert acme.type("models", "list", "--format", "json").json["count"] == selected


def test_a_slug_in_another_case_is_suggested(acme: Folder) -> None:
    """And one with blanks or underscores, or with a slip in it, wherever a name of the database is expected."""
    acme.type("uses", "set", "text-to-speech", "acme/chat")
    acme.type("models", "select", "acme", "chat", "small")
    for typed, meant in (
        (["models", "browse", "Acme", "chat"], "acme"),
        (["models", "list", "--provider", "ACMEE"], "acme"),
        (["models", "browse", "acme", "Vidoe"], "video"),
        (["resolve", "Text To_Speech"], "text-to-speech"),
        (["resolve", "Acme/Chat"], "acme/chat"),
        (["uses", "set", "search", "Acme/Vidoe"], "acme/video"),
    ):
        assert acme.refused(*typed, exits=2)[-1].endswith(f"; did you mean {meant!r}?"), typed


def test_a_name_that_nothing_has_is_not_suggested(acme: Folder) -> None:
    """However well it is formed; nor is any where there is no database, and none is made."""
    assert acme.refused("models", "browse", "Nobody", "chat", exits=2)[-1].endswith("joined by single hyphens")
    assert acme.refused("models", "browse", "acme", "Text To_Speech", exits=2)[-1].endswith("joined by single hyphens")
    acme.database.unlink()
    assert acme.refused("models", "browse", "Acme", "chat", exits=2)[-1].endswith("joined by single hyphens")
