"""Two kinds of pictures that are drawn from text while the pages are built: `{layers}` and `{sequence}`.

The text stands in the page and reads well by itself. The SVG stands in the page too, takes its colours from the theme, and loads nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

WIDTH = 900
LETTER = 6.6
"""The mean width of a letter of 12 pixels."""

BOLD = 6.6
"""That of a letter of a name: 13 pixels, bold."""
LINE = 16


@dataclass(frozen=True)
class Message:
    """One arrow of a sequence; an `answer` is dashed."""

    sender: str
    receiver: str
    text: str
    answer: bool


def drawn_layers(lines: Sequence[str]) -> str:
    """Layers from top to bottom, with their packages side by side. Raises ValueError for a package without a layer, and for a name that is too long.

    A layer is a line, `name: what it is`; its packages are the lines below it, with two blanks before them.
    """
    layers: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("  "):
            if not layers:
                raise ValueError(f"a package without a layer: {line!r}")
            layers[-1][1].append(line.strip())
        else:
            layers.append((line, []))
    parts, top = [], 8
    for number, (name, packages) in enumerate(layers):
        if number:
            parts.append(_arrow(WIDTH / 2, top, WIDTH / 2, top + 26))
            top += 30
        drawn, height = _layer(name, packages, top)
        parts.append(drawn)
        top += height
    return _svg(
        "".join(parts),
        top + 8,
        "; ".join(f"{name}: {', '.join(package.partition(':')[0] for package in packages)}" for name, packages in layers),
    )


def _layer(name: str, packages: Sequence[str], top: float) -> tuple[str, float]:
    title, _, meaning = name.partition(":")
    gap, inner = 10, WIDTH - 32
    per_row = min(len(packages), 4) or 1
    width = (inner - gap * (per_row - 1)) / per_row
    parts, below = [], top + 34
    for start in range(0, len(packages), per_row):
        row = [
            (package.partition(":")[0], wrap(package.partition(":")[2].strip(), int((width - 20) / LETTER)))
            for package in packages[start : start + per_row]
        ]
        height = 30 + LINE * max(len(text) for _, text in row)
        for column, (heading, text) in enumerate(row):
            _must_fit(heading, width)
            left = 16 + column * (width + gap)
            parts.append(_box(left, below, width, height, "package") + _text(left + 10, below + 19, heading, "name"))
            parts += [_text(left + 10, below + 37 + LINE * number, line, "small") for number, line in enumerate(text)]
        below += height + gap
    height = below - top + 4
    return _box(2, top, WIDTH - 4, height, "layer") + _text(16, top + 22, title, "name") + _text(
        22 + 8 * len(title), top + 22, meaning.strip(), "small"
    ) + "".join(parts), height


def drawn_sequence(lines: Sequence[str]) -> str:
    """Who sends what to whom, from top to bottom. Raises ValueError for a line that is neither an arrow nor a
    note, and for a name that is too long.

    `A -> B: text` is a call, `A --> B: text` an answer, `A: text` a note on what A does by itself.
    """
    messages = [_message(line) for line in lines]
    actors = list(dict.fromkeys(name for message in messages for name in (message.sender, message.receiver)))
    step = WIDTH / len(actors)
    place = {name: step * (number + 0.5) for number, name in enumerate(actors)}
    for name in actors:
        _must_fit(name, step)
    parts, top = [], 62.0
    for message in messages:
        drawn, height = _drawn_message(message, place, step, top)
        parts.append(drawn)
        top += height
    heads = [
        f'<line class="life" x1="{place[name]:.0f}" y1="44" x2="{place[name]:.0f}" y2="{top:.0f}"/>'
        + _box(place[name] - step / 2 + 5, 8, step - 10, 36, "package")
        + _text(place[name], 31, name, "name middle")
        for name in actors
    ]
    return _svg("".join(heads + parts), top + 8, "; ".join(lines))


def _must_fit(name: str, width: float) -> None:
    if len(name) * BOLD > width - 12:
        raise ValueError(f"a name that is longer than its box: {name!r}")


def _message(line: str) -> Message:
    for arrow in (" --> ", " -> "):
        sender, found, rest = line.partition(arrow)
        if found:
            receiver, _, text = rest.partition(":")
            return Message(sender.strip(), receiver.strip(), text.strip(), arrow == " --> ")
    sender, found, text = line.partition(":")
    if not found:
        raise ValueError(f"neither an arrow nor a note: {line!r}")
    return Message(sender.strip(), sender.strip(), text.strip(), answer=False)


def _drawn_message(message: Message, place: dict[str, float], step: float, top: float) -> tuple[str, float]:
    start, end = place[message.sender], place[message.receiver]
    if start == end:
        text = wrap(message.text, int((step - 18) / LETTER)) or [""]
        height = 10 + LINE * len(text)
        note = _box(start - step / 2 + 5, top, step - 10, height, "note")
        return note + "".join(_text(start, top + 17 + LINE * n, line, "small middle") for n, line in enumerate(text)), height + 12
    text = wrap(message.text, int((abs(end - start) - 16) / LETTER)) or [""]
    middle = (start + end) / 2
    lines = "".join(_text(middle, top + 10 + LINE * n, line, "small middle halo") for n, line in enumerate(text))
    below = top + LINE * len(text) + 2
    return lines + _arrow(start, below, end, below, dashed=message.answer), LINE * len(text) + 18


def _svg(inner: str, height: float, description: str) -> str:
    head = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" class="tip"/></marker></defs>'
    )
    return (
        f'<svg class="drawing" viewBox="0 0 {WIDTH} {height:.0f}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(description)}</title>{head}{inner}</svg>"
    )


def _box(left: float, top: float, width: float, height: float, kind: str) -> str:
    return f'<rect class="{kind}" x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" rx="5"/>'


def _text(left: float, top: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{left:.0f}" y="{top:.0f}">{escape(text)}</text>'


def _arrow(x1: float, y1: float, x2: float, y2: float, *, dashed: bool = False) -> str:
    kind = "arrow dashed" if dashed else "arrow"
    return f'<line class="{kind}" x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" marker-end="url(#tip)"/>'
