"""Who acts in tests where nothing hangs on their rights."""

from modeldesk.domain.model.access.actor import Asker
from modeldesk.domain.model.access.admin import Role


def by(name: str) -> Asker:
    """A normal admin of this name."""
    return Asker(name, Role.NORMAL)
