"""Where compiled templates are kept. Whoever only asks whether they are needs no Jinja."""

from pathlib import Path

from modeldesk.entrypoints.kept_files import KeptFiles

TEMPLATES = Path(__file__).with_name("templates")
KEPT = KeptFiles(Path(__file__).with_name("pages.py"), "jinja2")
"""By the module that makes the environment of the templates."""


def kept_name(template: str) -> str:
    """All templates stand in one folder."""
    return f"template-{template}"


def templates_to_compile(kept: KeptFiles = KEPT, folder: Path = TEMPLATES) -> list[str]:
    """The templates that are not kept as they are now."""
    return [path.name for path in sorted(folder.iterdir()) if not kept.is_kept(kept_name(path.name), path)]
