"""Options and arguments that take one of some words."""

from typing import Any

import click

from modeldesk.domain.suggestions import nearest


class OneOf(click.Choice[str]):
    """One of these words. The refusal of another one names that which is meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            from modeldesk.entrypoints.cli.usage_hints import did_you_mean  # noqa: PLC0415 - only a slip needs it

            meant = nearest(str(value), self.choices)
            raise click.BadParameter(error.message + did_you_mean([meant] if meant else []), error.ctx, error.param) from None
