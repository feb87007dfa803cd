"""The pictures of the documentation: every line of the text is drawn, inside its box, and nothing of it is markup."""

import re

import pytest

from drawings import WIDTH, drawn_house, drawn_sequence

HOUSE = [
    "Upper: above",
    "  left: a room",
    "  right: another room with a text that is so long that it takes more lines than one",
    "Lower: below",
    "  room: one",
]
SEQUENCE = ["Caller -> Service: ask", "Service: thinks <hard>", "Service --> Caller: answer"]


def texts(drawing: str) -> str:
    """All that can be read in a picture, without its description."""
    return " ".join(re.findall(r"<text [^>]+>([^<]*)</text>", drawing))


def test_a_house_shows_every_storey_and_room() -> None:
    """With its words, and an arrow from a storey to the one below."""
    drawn = drawn_house(HOUSE)
    for word in " ".join(HOUSE).replace(":", "").split():
        assert word in texts(drawn)
    assert drawn.count('class="storey"') == 2
    assert drawn.count('class="room"') == 3
    assert drawn.count('class="arrow"') == 1


def test_a_sequence_shows_calls_answers_and_notes() -> None:
    """A call is a full line, an answer a dashed one, a note a box; what looks like markup is text."""
    drawn = drawn_sequence(SEQUENCE)
    assert drawn.count('class="arrow"') == 1
    assert drawn.count('class="arrow dashed"') == 1
    assert drawn.count('class="note"') == 1
    assert "&lt;hard&gt;" in drawn
    assert "<hard>" not in drawn


def test_a_picture_describes_itself() -> None:
    """To who cannot see it: the text that it was drawn from."""
    assert "<title>Caller -&gt; Service: ask;" in drawn_sequence(SEQUENCE)
    assert "<title>Upper: above: left, right;" in drawn_house(HOUSE)


def test_everything_is_inside_the_picture() -> None:
    """Boxes end at its border at the latest."""
    for drawn in (drawn_house(HOUSE), drawn_sequence(SEQUENCE)):
        boxes = re.findall(r'<rect class="\w+" x="(\d+)" y="\d+" width="(\d+)"', drawn)
        assert boxes
        assert all(int(left) + int(width) <= WIDTH for left, width in boxes)


@pytest.mark.parametrize("lines", [["  a room without a storey"], ["Storey: one", *[f"  {'long' * 20}{n}: x" for n in range(4)]]])
def test_a_house_that_cannot_be_drawn_is_refused(lines: list[str]) -> None:
    """The build of the documentation is strict, and fails with the sentence."""
    with pytest.raises(ValueError, match=r"a room without a storey|longer than its box"):
        drawn_house(lines)


@pytest.mark.parametrize("lines", [["nothing that can be drawn"], [f"{'long' * 40} -> B: x"]])
def test_a_sequence_that_cannot_be_drawn_is_refused(lines: list[str]) -> None:
    """As with a house."""
    with pytest.raises(ValueError, match=r"neither an arrow nor a note|longer than its box"):
        drawn_sequence(lines)
