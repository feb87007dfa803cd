"""Validation of URL paths."""

import re

from litestar.exceptions import NotFoundException

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import capability_name, slug

_NEVER = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def is_valid_path(path: str) -> bool:
    """Whether the path has no control characters: no name contains them, and some databases reject them."""
    return _NEVER.search(path) is None


def slot_from_path(provider: str, capability: str) -> Slot:
    """The slot of two path segments. Raises NotFoundException if they are invalid."""
    try:
        return Slot(slug(provider), capability_name(capability))
    except InvalidValue:
        raise NotFoundException from None
