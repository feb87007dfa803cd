"""The options for the output format of a command. Imports only click, so that `modeldesk version` starts fast."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from modeldesk.entrypoints.cli.choices import OneOf

F = TypeVar("F", bound=Callable[..., Any])


def _format_option(plain: str, meaning: str) -> Callable[[F], F]:
    return click.option("--format", "form", type=OneOf([plain, "json"]), default=plain, show_default=True, help=meaning)


format_option = _format_option("table", "A table for people, or JSON as in the REST API.")
text_or_json_option = _format_option("text", "Text for people, or JSON for programs.")
