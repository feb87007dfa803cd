"""`modeldesk metadata`: the layers, and a file laid over them."""

import pytest

from tests.support.cli_folder import Folder

SMALL = '{"acme": {"models": {"m": {"name": "Named by a file", "cost": {"input": 1, "output": 2}}}}}'


def test_each_layer_with_its_date_and_size(folder: Folder) -> None:
    """The most trusted first; nothing is created."""
    lines = folder.type("metadata", "status").lines
    assert [line.split()[0] for line in lines] == ["source", "models.dev", "genai-prices"]
    assert [layer["origin"] for layer in folder.type("metadata", "status", "--format", "json").json["layers"]] == ["shipped", "shipped"]
    assert not folder.database.parent.exists()


def test_a_file_is_laid_over_and_its_facts_are_shown(folder: Folder) -> None:
    """By the next command already."""
    folder.declare({"slug": "acme", "name": "Acme", "capabilities": {"chat": {"supported": True, "models": ["m"]}}})
    folder.type("import-providers")
    folder.write("small.json", SMALL)
    folder.type("metadata", "refresh", "--file", "small.json")
    (shown,) = folder.type("models", "browse", "acme", "chat", "--explain", "--format", "json").json["models"]
    assert (shown["name"], shown["pricing"]["prompt"], shown["sources"]["pricing"]) == ("Named by a file", "1.00", "models.dev")


@pytest.mark.parametrize("text", ["", "{}", "<html>", '{"acme": 7}'])
def test_a_broken_file_changes_nothing(folder: Folder, text: str) -> None:
    """With one line on standard error."""
    folder.write("broken.json", text)
    (line,) = folder.refused("metadata", "refresh", "--file", "broken.json")
    assert "nothing was changed" in line


def test_refreshing_from_an_address_can_be_off(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked then; a wrong address is refused at the start."""
    monkeypatch.setenv("MODELDESK_METADATA_URL", "off")
    assert folder.refused("metadata", "refresh") == ["Error: reading metadata from an address is off"]
    monkeypatch.setenv("MODELDESK_METADATA_URL", "models.dev")
    assert "MODELDESK_METADATA_URL must be off" in folder.refused("metadata", "refresh")[0]
