"""Long values in plans: what differs is shown, not two beginnings that are equal."""

import json
from typing import Any

import pytest

from modeldesk.entrypoints.cli.plans import change_text
from tests.support.cli_folder import Folder

DESCRIPTION = "Answers questions of customers in every language that the shop has"


def capability(price: int, *more: str) -> dict[str, Any]:
    """A capability whose price of the last model differs far behind the beginning."""
    models: list[Any] = [f"model-number-{number}" for number in range(30)]
    priced = {"id": "last", "pricing": {"currency": "USD", "unit": "1M tokens", "prompt": price}}
    return {"supported": True, "description": DESCRIPTION, "models": [*models, priced, *more]}


def declare(folder: Folder, chat: dict[str, Any]) -> None:
    folder.declare({"slug": "acme", "name": "Acme", "capabilities": {"chat": chat}})


@pytest.fixture
def edited(folder: Folder) -> Folder:
    """A desk where an admin has changed the price of the last model of an imported capability."""
    declare(folder, capability(1))
    folder.type("import-providers")
    folder.write("chat.json", json.dumps(capability(2)))
    folder.type("providers", "set-capability", "acme", "chat", "--file", "chat.json")
    return folder


def line_of(folder: Folder, path: str) -> str:
    (line,) = [line for line in folder.type("plan").lines if path in line]
    return line


def test_an_edit_is_shown_by_what_differs(edited: Folder) -> None:
    """The price, and nothing of the thirty models before it."""
    line = line_of(edited, "acme.capabilities.chat")
    assert line.startswith("✋ Kept: acme.capabilities.chat: an admin changed models[last].pricing: ")
    assert '"1.00"' in line
    assert '"2.00"' in line
    assert "model-number-0" not in line


def test_both_sides_of_a_conflict_are_shown_by_what_differs(edited: Folder) -> None:
    """Three prices: of the last import, of the admin, of the file."""
    declare(edited, capability(3))
    line = line_of(edited, "acme.capabilities.chat")
    admin, _, file = line.partition("; the file changed ")
    assert admin.startswith("⚔️  Conflict: acme.capabilities.chat: an admin changed models[last].pricing: ")
    assert ['"1.00"' in admin, '"2.00"' in admin, '"1.00"' in file, '"3.00"' in file] == [True] * 4


def test_a_value_that_no_import_wrote_is_compared_with_the_edit(folder: Folder) -> None:
    """An admin added the capability, and the file declares it with another price."""
    folder.declare({"slug": "acme", "name": "Acme", "capabilities": {"image": {"supported": True}}})
    folder.type("import-providers")
    folder.write("chat.json", json.dumps(capability(2)))
    folder.type("providers", "set-capability", "acme", "chat", "--file", "chat.json")
    folder.declare({"slug": "acme", "name": "Acme", "capabilities": {"image": {"supported": True}, "chat": capability(3)}})
    line = line_of(folder, "acme.capabilities.chat")
    differing = line.partition("; the file differs from that: ")[2]
    assert differing.startswith("models[last].pricing: ")
    assert ['"2.00"' in differing, '"3.00"' in differing] == [True, True]


def test_many_differences_are_counted() -> None:
    """Five are named."""
    before, after = ({f"name-of-a-member-{number}": number + step for number in range(8)} for step in (0, 1))
    assert change_text(before, after).split("; ") == [
        *(f"name-of-a-member-{number}: {number} → {number + 1}" for number in range(5)),
        "and 3 more",
    ]


def test_short_objects_stay_whole() -> None:
    """They are read at once."""
    assert change_text({"a": 1}, {"a": 2}) == '{"a": 1} → {"a": 2}'
