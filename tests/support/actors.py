"""Who acts in tests where nothing hangs on their rights."""

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Role


def by(name: str) -> Actor:
    """A normal admin of this name."""
    return Actor(name, Role.NORMAL)
