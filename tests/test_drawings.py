"""The pictures of the documentation: every line of the text is drawn, inside its box, and nothing of it is markup."""

import re

import pytest

from drawings import WIDTH, drawn_layers, drawn_sequence

LAYERS = [
    "Upper: above",
    "  left: a package",
    "  right: another package with a text that is so long that it takes more lines than one",
    "Lower: below",
    "  package: one",
]
SEQUENCE = ["Caller -> Service: ask", "Service: thinks <hard>", "Service --> Caller: answer"]


def texts(drawing: str) -> str:
    """All that can be read in a picture, without its description."""
    return " ".join(re.findall(r"<text [^>]+>([^<]*)</text>", drawing))


def test_a_drawing_shows_every_layer_and_package() -> None:
    """With its words, and an arrow from a layer to the one below."""
    drawn = drawn_layers(LAYERS)
    for word in " ".join(LAYERS).replace(":", "").split():
        assert word in texts(drawn)
    assert drawn.count('class="layer"') == 2
    assert drawn.count('class="package"') == 3
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
    assert "<title>Upper: above: left, right;" in drawn_layers(LAYERS)


def test_everything_is_inside_the_picture() -> None:
    """Boxes end at its border at the latest."""
    for drawn in (drawn_layers(LAYERS), drawn_sequence(SEQUENCE)):
        boxes = re.findall(r'<rect class="\w+" x="(\d+)" y="\d+" width="(\d+)"', drawn)
        assert boxes
        assert all(int(left) + int(width) <= WIDTH for left, width in boxes)


@pytest.mark.parametrize("lines", [["  a package without a layer"], ["Layer: one", *[f"  {'long' * 20}{n}: x" for n in range(4)]]])
def test_a_house_that_cannot_be_drawn_is_refused(lines: list[str]) -> None:
    """The build of the documentation is strict, and fails with the sentence."""
    with pytest.raises(ValueError, match=r"a package without a layer|longer than its box"):
        drawn_layers(lines)


@pytest.mark.parametrize("lines", [["nothing that can be drawn"], [f"{'long' * 40} -> B: x"]])
def test_a_sequence_that_cannot_be_drawn_is_refused(lines: list[str]) -> None:
    """As with layers."""
    with pytest.raises(ValueError, match=r"neither an arrow nor a note|longer than its box"):
        drawn_sequence(lines)
