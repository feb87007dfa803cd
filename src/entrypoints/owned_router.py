"""Routers that one application owns, so that its start need not copy them."""

from collections.abc import Mapping
from typing import Any, Self

from litestar import Router
from litestar.exceptions import ImproperlyConfiguredException


class OwnedRouter(Router):
    """Litestar copies a router with all handlers and signatures when it registers it, because it may be registered again. This one may not."""

    def __deepcopy__(self, memo: Mapping[int, Any]) -> Self:
        if self.owner is not None:
            raise ImproperlyConfiguredException(f"the router of {self.path} belongs to an application already")
        return self
