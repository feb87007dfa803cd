"""The change log of vendors' lists."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from modeldesk.domain.model.catalogue.changes import ChangeQuery, MissingModel, ModelChange
from modeldesk.domain.model.values.texts import ModelId, Slug


class ChangeStore(Protocol):
    """Changes of models, append-only but for old ones. Writing it leaves the generation as it is."""

    async def add(self, changes: Sequence[ModelChange]) -> None:
        """Appends the changes in this order; each gets the next id."""
        ...

    async def forget(self, until: datetime) -> None:
        """Deletes the changes from before `until`."""
        ...

    async def missing(self, provider: Slug) -> Sequence[MissingModel]:
        """The models that the provider's last list did not have and that are not removed yet, in no particular order."""
        ...

    async def put_missing(self, provider: Slug, missing: Sequence[MissingModel]) -> None:
        """Replaces the provider's missing models."""
        ...


class ChangeLog(Protocol):
    """The change log, read without waiting for writers."""

    async def model_changes(self, query: ChangeQuery) -> Sequence[ModelChange]:
        """Newest first, up to the query's limit. Raises as `Snapshots`."""
        ...

    async def last_model_change(self, provider: Slug, model: ModelId) -> ModelChange | None:
        """The newest change of this model; None without any. Raises as `Snapshots`."""
        ...
