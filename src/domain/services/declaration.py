"""A declaration: what an import is given."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from attrs import evolve, field

from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.use import Use
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import frozen
from modeldesk.domain.services.import_plan import DeclaredProvider, ImportPlan, Update


@frozen
class UnreadEntry:
    """An entry that was imported before, by its digest. It is read only where its provider was written otherwise since."""

    slug: Slug
    digest: str
    read: Callable[[], DeclaredProvider] = field(eq=False)


DeclaredEntry: TypeAlias = DeclaredProvider | UnreadEntry


@frozen
class Declaration:
    """A whole declaration: providers and uses, each in their order."""

    providers: Sequence[DeclaredEntry]
    uses: Sequence[Use] = ()


def resolved(declared: Iterable[DeclaredEntry], imported: Iterable[ImportedEntry]) -> list[DeclaredProvider | ImportedEntry]:
    """The entries. An unread one becomes the imported entry that it equals, or is read where none does."""
    stored = {entry.slug: entry for entry in imported}
    return [_resolved(entry, stored.get(entry.slug)) if isinstance(entry, UnreadEntry) else entry for entry in declared]


def read_all(declared: Iterable[DeclaredEntry]) -> list[DeclaredProvider]:
    """Every entry, read."""
    return [entry.read() if isinstance(entry, UnreadEntry) else entry for entry in declared]


def digests(declared: Iterable[DeclaredProvider | ImportedEntry], plan: ImportPlan) -> Mapping[Slug, str]:
    """The digests of the entries that describe completely what the plan writes. One from which the plan keeps an admin's edit does not."""
    updates = {update.new.slug: update for update in (*plan.updated, *plan.remembered)}
    found = {entry.slug: entry for entry in declared if isinstance(entry, DeclaredProvider) and entry.digest is not None}
    partial = {slug for slug, update in updates.items() if slug in found and not _says_all(found[slug], update)}
    return {slug: entry.digest for slug, entry in found.items() if slug not in partial and entry.digest is not None}


def _says_all(entry: DeclaredProvider, update: Update) -> bool:
    return entry.overwrite(update.old) == evolve(update.new, version=update.old.version)


def _resolved(entry: UnreadEntry, stored: ImportedEntry | None) -> DeclaredProvider | ImportedEntry:
    return stored if stored is not None and stored.digest == entry.digest else entry.read()
