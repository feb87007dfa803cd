"""What may stand in the path of an address."""

import re

from litestar.exceptions import NotFoundException

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import capability_name, slug

_NEVER = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def names_something(path: str) -> bool:
    """Whether a path can name anything of ours: no name holds a control character, and not every database takes one."""
    return _NEVER.search(path) is None


def slot_named(provider: str, capability: str) -> Slot:
    """The slot that two parts of a path name. Raises NotFoundException where they can name none."""
    try:
        return Slot(slug(provider), capability_name(capability))
    except InvalidValue:
        raise NotFoundException from None
