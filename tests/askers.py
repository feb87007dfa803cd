"""Who acts in tests where nothing hangs on their rights."""

from modeldesk.domain.accounts import Role
from modeldesk.domain.credentials import Asker


def by(name: str) -> Asker:
    """A normal admin of this name."""
    return Asker(name, Role.NORMAL)
