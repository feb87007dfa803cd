"""What a restored backup brings back, though it was taken away since the backup was made."""

from collections.abc import Sequence

from attrs import frozen


@frozen
class Revived:
    """All of it was otherwise before. Admins in `admins` may sign in, and could not; the others could.

    `super_admins` had another role, `passwords` are names with another password; `identities` are admin, issuer and subject. `receivers` are
    addresses, without their query, that receive events.
    """

    admins: Sequence[str] = ()
    super_admins: Sequence[str] = ()
    passwords: Sequence[str] = ()
    identities: Sequence[tuple[str, str, str]] = ()
    receivers: Sequence[str] = ()
