"""The generated pages, by name. Pure functions: the tests read what they return, without Sphinx."""

from collections.abc import Callable, Mapping

from reference import command_line, settings

PAGES: Mapping[str, Callable[[], str]] = {
    "commands": command_line.page,
    "settings": settings.page,
}
