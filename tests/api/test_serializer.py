"""How a response type says what it is filled with."""

from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, NotRequired, TypedDict

import pytest
from attrs import frozen

from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.entrypoints.responses.serializer import GIVEN, Source, serialize


class Colour(Enum):
    RED = "red"


@frozen
class Door:
    colour: Colour
    made_at: datetime
    painted_on: date | None = None
    is_open: bool | None = None
    note: str = ""


@frozen
class App:
    door: Door
    doors: tuple[Door, ...] = ()
    by_name: dict[str, Door] | None = None
    pricing: Pricing | None = None


class DoorResponse(TypedDict):
    colour: str
    made_at: str
    painted_on: NotRequired[str]
    is_open: NotRequired[bool]
    note: NotRequired[str]
    why: NotRequired[Annotated[str, GIVEN]]


class HouseResponse(TypedDict):
    paint: Annotated[str, Source("door.colour")]
    doors: list[DoorResponse]
    by_name: dict[str, DoorResponse] | None
    pricing: dict[str, str] | None


class RoofedResponse(HouseResponse):
    roof: str


class PaintResponse(TypedDict):
    colours: Annotated[list[str], Source("doors", each="colour.value")]
    doors: Annotated[int, Source(lambda house: len(house.doors))]
    front: NotRequired[Annotated[DoorResponse, GIVEN]]


MADE_AT = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
RED_DOOR = Door(Colour.RED, MADE_AT)
PLAIN = {"colour": "red", "made_at": "2026-11-24T12:30:00.000Z"}


def test_each_member_is_written_by_its_type() -> None:
    """A choice by its value, a timestamp to the millisecond, and nested responses alone, in lists and by name."""
    app = App(RED_DOOR, (RED_DOOR,), {"front": RED_DOOR}, Pricing())
    assert serialize(HouseResponse, app) == {
        "paint": "red",
        "doors": [PLAIN],
        "by_name": {"front": PLAIN},
        "pricing": Pricing().members,
    }


def test_null_stands_where_a_member_may_be_null() -> None:
    """Not a nested response without members."""
    shown = serialize(HouseResponse, App(RED_DOOR))
    assert (shown["by_name"], shown["pricing"], shown["doors"]) == (None, None, [])


def test_what_is_not_known_is_left_out_where_that_is_allowed() -> None:
    """But false is known."""
    assert serialize(DoorResponse, RED_DOOR) == PLAIN
    known = Door(Colour.RED, MADE_AT, date(2026, 1, 2), is_open=False, note="squeaks")
    assert serialize(DoorResponse, known) == {**PLAIN, "painted_on": "2026-01-02", "is_open": False, "note": "squeaks"}


def test_given_members_keep_their_place() -> None:
    """The order of members is the type's own, whatever they come from."""
    shown = serialize(DoorResponse, RED_DOOR, why="because", colour="blue")
    assert list(shown.items()) == [("colour", "blue"), ("made_at", PLAIN["made_at"]), ("why", "because")]


def test_a_member_is_read_by_a_function_or_from_each_item() -> None:
    """What is computed is said at the member, like every other source."""
    assert serialize(PaintResponse, App(RED_DOOR, (RED_DOOR, RED_DOOR))) == {"colours": ["red", "red"], "doors": 2}


def test_a_given_value_is_written_by_the_type_of_its_member() -> None:
    """Nested, too; it is left out only where it is None, and is there where it is merely empty."""
    shown = serialize(PaintResponse, colours=(), doors=0, front=RED_DOOR)
    assert shown == {"colours": [], "doors": 0, "front": PLAIN}
    assert serialize(DoorResponse, RED_DOOR, note="", why=None) == {**PLAIN, "note": ""}


def test_a_response_that_extends_another_holds_its_members_first() -> None:
    """So that an answer that says more reads like the one that says less."""
    assert list(serialize(RoofedResponse, App(RED_DOOR), roof="flat")) == ["paint", "doors", "by_name", "pricing", "roof"]


def test_a_member_without_a_source_is_a_mistake() -> None:
    """It is never left out quietly."""
    with pytest.raises(AttributeError):
        serialize(RoofedResponse, App(RED_DOOR))
