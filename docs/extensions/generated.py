"""Writes the pages of the reference that are generated, before Sphinx reads the sources: they are never committed, so they are never out of date."""

from pathlib import Path
from typing import Any

from reference import PAGES, decisions


def write_pages(docs: Path) -> None:
    """Writes each page under `reference/generated`; one that is the same stays as it is, so that a build after it has little to do."""
    folder = docs / "reference" / "generated"
    folder.mkdir(exist_ok=True)
    pages = {f"{name}.md": make() for name, make in PAGES.items()} | {"decisions.md": decisions.page(docs / "adr")}
    for name, text in pages.items():
        file = folder / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("builder-inited", lambda built: write_pages(Path(built.srcdir)))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
