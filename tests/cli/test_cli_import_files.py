"""Where `modeldesk import-providers` finds its declaration, and the `capabilities.json` beside it."""

import json
import signal
import subprocess

import pytest

from tests.support.cli_folder import CLAUDE, COHERE, Folder


def found(folder: Folder, *options: str, typed: str = "") -> list[str]:
    """The slugs that a dry run finds."""
    answer: list[str] = folder.type("import-providers", "--dry-run", "--format", "json", *options, typed=typed).json["created"]
    return answer


def test_the_places_in_their_order(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped one, before it `config/providers.json`, `providers.json`, the setting, and what is asked for."""
    assert len(found(folder)) == 26
    folder.declare({**CLAUDE, "slug": "in-config"}, name="config/providers.json")
    assert found(folder) == ["in-config"]
    folder.declare({**CLAUDE, "slug": "in-folder"})
    assert found(folder) == ["in-folder"]
    folder.declare({**CLAUDE, "slug": "configured"}, name="elsewhere/configured.json")
    monkeypatch.setenv("MODELDESK_PROVIDERS_FILE", "elsewhere/configured.json")
    assert found(folder) == ["configured"]
    folder.declare({**CLAUDE, "slug": "asked-for"}, name="elsewhere/asked.json")
    assert found(folder, "--file", "elsewhere/asked.json") == ["asked-for"]


def test_a_configured_file_that_is_not_there_is_told(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next place would be a guess."""
    folder.declare(CLAUDE)
    monkeypatch.setenv("MODELDESK_PROVIDERS_FILE", "nosuch.json")
    assert folder.refused("import-providers") == ["nosuch.json: there is no such file"]


def test_a_broken_link_is_not_passed_over(folder: Folder) -> None:
    """Somebody meant a file to be there; the shipped one in its place would surprise."""
    (folder.path / "providers.json").symlink_to("nowhere.json")
    assert folder.refused("import-providers") == ["providers.json: there is no such file"]


def test_standard_input_is_read(folder: Folder) -> None:
    """With `-`, by the option or by the setting; a `capabilities.json` that stands there does not belong to it."""
    folder.write("capabilities.json", json.dumps({"anthropic": {"chat": ["more"]}}))
    declared = json.dumps({"version": "1.0.0", "providers": [CLAUDE]})
    folder.type("import-providers", "--file", "-", typed=declared)
    assert len(folder.provider("anthropic")["capabilities"]["chat"]["models"]) == 2


def test_standard_input_is_read_up_to_its_limit(folder: Folder) -> None:
    """What is behind 64 MiB is not waited for: whoever sends it meets a closed pipe."""
    with subprocess.Popen(["head", "-c", str(96 * 2**20), "/dev/zero"], stdout=subprocess.PIPE) as sender:
        assert sender.stdout is not None
        done = folder.process("import-providers", "--file", "-", fresh=True, stdin=sender.stdout)
        sender.stdout.close()
    assert (done.returncode, sender.returncode) == (1, -signal.SIGPIPE)
    assert done.stderr == "standard input: the file is larger than 64 MiB\n"


def test_standard_input_as_a_setting(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """MODELDESK_PROVIDERS_FILE is as --file."""
    monkeypatch.setenv("MODELDESK_PROVIDERS_FILE", "-")
    assert found(folder, typed=json.dumps({"version": "1.0.0", "providers": [COHERE]})) == ["cohere"]


def test_capabilities_add_their_models_after_the_declared_ones(empty_desk: Folder) -> None:
    """An id in both stays as declared; export writes the merged list, which then imports as unchanged from elsewhere."""
    declared = [{"id": "claude-b", "name": "Mine"}, "claude-a"]
    empty_desk.declare({**CLAUDE, "capabilities": {"chat": {"supported": True, "models": declared}}}, name="config/providers.json")
    empty_desk.write("config/capabilities.json", json.dumps({"anthropic": {"chat": ["claude-c", {"id": "claude-b", "name": "Theirs"}]}}))
    empty_desk.type("import-providers")
    models = empty_desk.provider("anthropic")["capabilities"]["chat"]["models"]
    assert [(model["id"], model["name"]) for model in models] == [("claude-b", "Mine"), ("claude-a", "claude-a"), ("claude-c", "claude-c")]
    exported = empty_desk.type("export").out
    assert empty_desk.type("import-providers", "--file", "-", "--force", "--format", "json", typed=exported).json["unchanged"] == [
        "anthropic"
    ]


@pytest.mark.parametrize("name", ["README.md", "folder/a\nb.json"])
def test_a_file_that_is_no_declaration_is_named(folder: Folder, name: str) -> None:
    """Once, with the line and the column; a dry run too, and what does not show in a name is escaped."""
    folder.write(name, "# Modeldesk\n")
    reported = ["$: invalid JSON: comments are not allowed (line 1, column 1) in " + name.replace("\n", "\\n")]
    assert folder.refused("import-providers", "--file", name) == folder.refused("import-providers", "--file", name, "--dry-run") == reported


def test_standard_input_is_named_too(folder: Folder) -> None:
    """As what it is; and a text of another encoding has no line to tell."""
    assert folder.refused("import-providers", "--file", "-", typed="{")[0].endswith(" in standard input")
    folder.write("providers.json", "{}".encode("utf-16"))
    (line,) = folder.refused("import-providers")
    assert line.startswith("Error: the text looks like UTF-16")
    assert line.endswith(" (in providers.json)")


@pytest.mark.parametrize(
    ("beside", "message"),
    [
        ({"antropic": {"chat": []}}, "$.antropic: the declaration has no provider 'antropic'; did you mean 'anthropic'?"),
        ({"anthropic": {"audio": []}}, "$.anthropic.audio: 'anthropic' does not declare this capability"),
        ({"anthropic": {"image": []}}, "$.anthropic.image: 'anthropic' declares this capability as unsupported"),
        ({"cohere": {"embedding": []}}, "$.cohere.embedding: 'cohere' lists the models of this capability live"),
        ({"anthropic": {"chat": ["a", 5]}}, "$.anthropic.chat[1]: must be a model id or an object, not a number"),
        ([], "$: must be an object, not a list"),
    ],
)
def test_what_is_wrong_beside_the_declaration_is_told_with_its_file(desk: Folder, beside: object, message: str) -> None:
    """Nothing is imported, and the path begins with the file's name."""
    desk.write("capabilities.json", json.dumps(beside))
    desk.declare(CLAUDE, COHERE, {**COHERE, "slug": "new"})
    (line,) = desk.refused("import-providers")
    assert line.startswith(f"capabilities.json:{message}")
    assert "(line 1, column " in line
    assert line.endswith(")")


def test_broken_capabilities_stand_beside_the_errors_of_the_declaration(desk: Folder) -> None:
    """Both files are judged in one go."""
    desk.declare({**CLAUDE, "name": 5}, COHERE)
    desk.write("capabilities.json", "{")
    errors = desk.refused("import-providers")
    assert errors[0].startswith("$.providers[0].name: must be a string")
    assert errors[0].endswith(") in providers.json")
    assert errors[1].startswith("capabilities.json:$: ")
    assert len(errors) == 2


def test_capabilities_of_providers_that_were_not_asked_for_are_left_alone(folder: Folder) -> None:
    """`--slug` judges what belongs to it."""
    folder.declare(CLAUDE, COHERE)
    folder.write("capabilities.json", json.dumps({"anthropic": {"chat": ["more"]}, "cohere": {"embedding": ["x"]}}))
    assert found(folder, "--slug", "anthropic") == ["anthropic"]
    assert len(folder.refused("import-providers", "--slug", "cohere")) == 1
