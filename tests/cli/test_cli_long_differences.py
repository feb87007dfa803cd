"""Long values in plans: what differs is shown, not two beginnings that are equal."""

import json
from typing import Any

import pytest

from modeldesk.entrypoints.cli.value_changes import change_text
from tests.support.cli_folder import Folder
from tests.support.samples import lists

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


def lines_of(folder: Folder, start: str) -> list[str]:
    """The line of this beginning, and those of its parts."""
    lines = folder.type("plan").lines
    at = lines.index(start)
    end = next(number for number, line in enumerate(lines) if number > at and not line.startswith("     "))
    return lines[at + 1 : end]


def test_an_edit_is_shown_by_what_differs(edited: Folder) -> None:
    """The price, and nothing of the thirty models before it."""
    assert lines_of(edited, "✋ Kept: acme.capabilities.chat") == [
        "     an admin: capabilities.chat.models: 31 models → 31 models (changed last)",
        '     an admin: capabilities.chat.models[last].pricing.prompt: "1.00" → "2.00"',
        "     the file has not changed it",
    ]


def test_both_sides_of_a_conflict_are_shown_by_what_differs(edited: Folder) -> None:
    """Three prices: of the last import, of the admin, of the file."""
    declare(edited, capability(3))
    lines = lines_of(edited, "⚔️  Conflict: acme.capabilities.chat")
    assert '     an admin: capabilities.chat.models[last].pricing.prompt: "1.00" → "2.00"' in lines
    assert '     the file: capabilities.chat.models[last].pricing.prompt: "1.00" → "3.00"' in lines


def test_a_value_that_no_import_wrote_is_compared_with_the_edit(folder: Folder) -> None:
    """An admin added the capability, and the file declares it with another price."""
    folder.declare({"slug": "acme", "name": "Acme", "capabilities": {"image": {"supported": True}}})
    folder.type("import-providers")
    folder.write("chat.json", json.dumps(capability(2)))
    folder.type("providers", "set-capability", "acme", "chat", "--file", "chat.json")
    folder.declare({"slug": "acme", "name": "Acme", "capabilities": {"image": {"supported": True}, "chat": capability(3)}})
    lines = lines_of(folder, "⚔️  Conflict: acme.capabilities.chat")
    assert lines[0].startswith("     an admin: capabilities.chat: none → fixed list, 31 models (model-number-0, ")
    assert lines[-1] == '     the file differs from that: capabilities.chat.models[last].pricing.prompt: "2.00" → "3.00"'


def test_an_update_has_a_line_for_each_part(edited: Folder) -> None:
    """Of nested objects, too; very many are counted."""
    texts = {f"name-{number}": number for number in range(30)}
    edited.declare({"slug": "acme", "name": "Acme", "capabilities": {"chat": capability(1)}, "config": {"timeout": 20, "ours": texts}})
    lines = edited.type("plan").lines
    assert {"     config.timeout: none → 20", "     config.ours.name-0: none → 0", "     config: and 11 more differences"} <= set(lines)


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


def test_a_model_that_stands_twice_is_told_from_another_order() -> None:
    """The second one has a number."""
    once, twice = lists("a", "b").models, lists("a", "b", "a").models
    assert change_text(once, twice) == "2 models → 3 models (added a (2))"
    assert change_text(once, lists("b", "a").models) == "2 models → 2 models (in another order)"
