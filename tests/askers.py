"""Who acts in tests where nothing hangs on their rights."""

from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.keys.provider_key import Asker


def by(name: str) -> Asker:
    """A normal admin of this name."""
    return Asker(name, Role.NORMAL)
