"""What a restored backup brings back, though it was taken away since the backup was made."""

from collections.abc import Sequence

from modeldesk.domain.records import frozen


@frozen
class Revived:
    """What works again since the restore, and did not work in the database that the backup replaced.

    `admins` may sign in again. Of those who could sign in all the time, `super_admins` are super admins again, and `passwords` have an earlier
    password again. `identities` are (admin, issuer, subject). `receivers` are addresses, without their query, that receive events again.
    """

    admins: Sequence[str] = ()
    super_admins: Sequence[str] = ()
    passwords: Sequence[str] = ()
    identities: Sequence[tuple[str, str, str]] = ()
    receivers: Sequence[str] = ()
