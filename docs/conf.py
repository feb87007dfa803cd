"""How Sphinx builds these pages: Markdown by MyST, the Furo theme, no file from another host."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "Modeldesk"
author = "The Modeldesk authors"
project_copyright = f"2026, {author}"
version = release = version_of("modeldesk")

extensions = ["myst_parser", "drawing_directives", "generated"]
exclude_patterns = ["reference/generated/decisions.md", "reference/generated/provider-classes.md"]  # parts of other pages
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = "Modeldesk"
html_static_path = ["style"]
html_css_files = ["drawings.css"]
html_copy_source = False
html_show_sphinx = False
