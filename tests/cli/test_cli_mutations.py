"""The shipped declaration, damaged at random and imported: all of it or nothing, and never a traceback.

That reading a damaged text never fails is shown in `tests/adapters/test_json_text.py`; here the damage goes through rules, plan and database,
and half of it leaves sound JSON behind.
"""

import json
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from tests.support.cli_folder import SHIPPED, Folder, fits_a_line

SCRAPS = [
    scrap.encode() for scrap in ('"', "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e999", "NaN", "\\u0000", "\0", "\u202e", " ")
]
SCRAPS.append(b"\xff")
TEXTS = ["", " ", "x", "\0", "\u202e", "می\u200cشود", "a" * 10_001, "https://x.example"]
VALUES: list[Any] = [None, True, False, 0, 3, -1, 1.5, 10**30, *TEXTS, [], ["x"], [None], {}, {"x": 1}]


def damaged_text(chance: Random) -> bytes:
    """A few bytes were put in, taken away, moved, or cut off."""
    text = bytearray(SHIPPED)
    for _ in range(chance.choice([1, 1, 2, 3])):
        at = chance.randrange(len(text))
        match chance.randrange(4):
            case 0:
                text[at:at] = chance.choice(SCRAPS)
            case 1:
                del text[at : at + chance.randint(1, 40)]
            case 2:
                start = chance.randrange(len(text))
                text[at:at] = text[start : start + chance.randint(1, 400)]
            case _:
                text[at] = chance.choice([chance.randrange(256), ord(chance.choice("abcxyz019-"))])
    return bytes(text)


def damaged_value(chance: Random) -> bytes:
    """Members were given other values, other names, or were left out; the JSON is sound."""
    document = json.loads(SHIPPED)
    for _ in range(chance.choice([1, 1, 2, 3])):
        inside: Any = document
        while True:
            key = chance.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))
            if not isinstance(inside[key], dict | list) or not inside[key] or chance.random() < 0.1:
                break
            inside = inside[key]
        match chance.randrange(4):
            case 0 if isinstance(inside, dict):
                inside[f"{key}x"] = inside.pop(key)
            case 1 if len(inside) > 1:
                del inside[key]
            case 2 if isinstance(inside, list):
                inside.append(deepcopy(inside[key]))
            case _:
                alike = [value for value in VALUES if type(value) is type(inside[key])]
                inside[key] = deepcopy(
                    chance.choice(chance.choice([VALUES, alike or VALUES]))
                )  # else later damage would change the value itself
    return json.dumps(document).encode()


def import_damaged(folder: Folder, count: int, seed: int) -> tuple[int, int]:
    """Imports so many damaged declarations one after the other. Tells how many were taken and how many refused."""
    chance, taken, refused = Random(seed), 0, 0
    folder.type("import-providers")
    folder.type("models", "select", "anthropic", "chat", "claude-opus-5")
    options = ("import-providers", "--force", "--prune", "--format", "json", "--file", "damaged.json")
    for _ in range(count):
        content = (damaged_text if chance.random() < 0.5 else damaged_value)(chance)
        folder.write("damaged.json", content)
        before = folder.state()
        try:
            printed = folder.type(*options)
        except AssertionError:
            printed = folder.type(*options, exits=1)
            refused += 1
            assert len(printed.json["errors"]) == len(printed.errors) > 0
            assert all(error["message"] for error in printed.json["errors"])
            assert [line for line in printed.errors if not fits_a_line(line)] == []
            assert folder.state() == before
        else:
            taken += 1
            again = folder.type(*options).json
            assert again["created"] == again["updated"] == again["deactivated"] == []
            assert len(again["unchanged"]) == len(printed.json["created"] + printed.json["updated"] + printed.json["unchanged"])
            assert folder.active() == {"anthropic chat": "claude-opus-5"}
    assert folder.type("db", "check").out == "the database has no problems\n"
    return taken, refused


def test_twenty_damaged_declarations(folder: Folder) -> None:
    """Both ways out are taken: what is still right is imported whole, what is wrong changes nothing."""
    taken, refused = import_damaged(folder, 20, seed=1)
    assert taken >= 1
    assert refused >= 10


@pytest.mark.nightly
def test_a_thousand_damaged_declarations(folder: Folder) -> None:
    """The same at length, with its figures."""
    taken, refused = import_damaged(folder, 1_000, seed=2)
    print(f"damaged declarations: {taken} taken, {refused} refused")
    assert taken + refused == 1_000
