"""What may stand on the command line in several commands: words that a rule of the domain reads, and the choice of a format."""

from collections.abc import Callable
from typing import Any

import click

from modeldesk.domain import texts
from modeldesk.domain.accounts import admin_name
from modeldesk.domain.errors import RuleBroken


class Ruled(click.ParamType[str, str]):
    """A word that is wrong usage where it breaks its rule."""

    def __init__(self, name: str, rule: Callable[[str], str]) -> None:
        self.name = name
        self.rule = rule

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return self.rule(value)
        except RuleBroken as error:
            self.fail(str(error), param, ctx)


SLUG = Ruled("slug", texts.slug)
CAPABILITY = Ruled("capability", texts.capability_name)
MODEL_ID = Ruled("model", texts.model_id)
LINE = Ruled("text", texts.line)
ADMIN_NAME = Ruled("name", admin_name)

provider_argument = click.argument("provider", type=SLUG)
capability_argument = click.argument("capability", type=CAPABILITY)
format_option = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="For people, or as REST answers it."
)
