"""The layers of metadata as people see them, and whether a new catalogue may replace the one that is kept. Pure rules."""

from datetime import datetime, timedelta

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.records import frozen

REFRESH_METADATA_EVERY = timedelta(days=1)


@frozen
class LayerStatus:
    """One layer. `origin` is `shipped`, or the address or file that it was read from. `size` is in bytes, as it is kept."""

    source: str
    origin: str
    observed_at: datetime | None
    vendors: int
    size: int
    is_kept: bool = False


@frozen
class Validators:
    """What a server gives with a document so that it can be asked for changes only (RFC 9110): both may be empty."""

    etag: str = ""
    last_modified: str = ""


@frozen
class FetchedCatalogue:
    """The document at an address; `data` None where it has not changed."""

    data: bytes | None
    validators: Validators = Validators()


def require_not_shrunken(before: int, count: int) -> None:
    """A catalogue from an address with less than half of the vendors of the one before is not taken. Raises InvalidValue."""
    if 2 * count < before:
        raise InvalidValue("metadata-shrunken", before=before, count=count)
