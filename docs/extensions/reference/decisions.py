"""The index of the decisions, read from the pages themselves."""

import re
from pathlib import Path


def page(folder: Path) -> str:
    """A table: number and title, linked, and how the decision stands."""
    rows = [row(file) for file in sorted(folder.glob("[0-9]*.md"))]
    return "\n".join(["| | decision | status |", "|---|---|---|", *rows, ""])


def row(file: Path) -> str:
    """One decision. Raises ValueError where the page does not begin as the others do."""
    match = re.match(r"# (\d+)\. (.+)\n\n(.+(?:\n.+)*)\n", file.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{file.name} does not begin with its number, its title and its status")
    number, title, status = match.groups()
    return f"| {number} | [{title}](../adr/{file.name}) | {' '.join(status.split())} |"
