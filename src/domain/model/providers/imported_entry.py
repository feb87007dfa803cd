"""What is kept of an import beside a provider: which entry of a declaration it was written from."""

from modeldesk.domain.model.values.texts import SingleLineText, Slug
from modeldesk.domain.records import frozen


@frozen
class ImportedEntry:
    """A provider whose last write was an import, with the digest of the entry that it was written from.

    Any other write of the provider drops the digest. While it stands, importing the same entry again changes nothing.
    """

    slug: Slug
    display_name: SingleLineText
    digest: str
