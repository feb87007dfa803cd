"""What Sphinx knows of the pictures: two directives."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive

from drawings import drawn_layers, drawn_sequence


class Drawing(Directive):
    """A block of text that becomes its picture."""

    has_content = True
    draw: ClassVar[Callable[[Sequence[str]], str]]

    def run(self) -> list[nodes.Node]:
        lines = [line.rstrip() for line in self.content if line.strip()]
        try:
            return [nodes.raw("", type(self).draw(lines), format="html")]
        except ValueError as error:
            raise self.error(str(error)) from None


class Layers(Drawing):
    """`{layers}`"""

    draw = staticmethod(drawn_layers)


class Sequences(Drawing):
    """`{sequence}`"""

    draw = staticmethod(drawn_sequence)


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_directive("layers", Layers)
    app.add_directive("sequence", Sequences)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
