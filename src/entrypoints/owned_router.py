"""Routers that one application owns, so that its start need not copy them."""

from collections.abc import Mapping
from typing import Any, Self

from litestar import Router


class OwnedRouter(Router):
    """Litestar copies what it registers with all handlers and signatures, because it may be registered again. This one may not be."""

    def __deepcopy__(self, memo: Mapping[int, Any]) -> Self:
        if self.owner is not None:
            raise NotImplementedError
        return self
