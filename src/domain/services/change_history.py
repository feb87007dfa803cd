"""Reading the change log of vendors' lists."""

from collections.abc import Sequence

from modeldesk.domain.model.catalogue.changes import ChangeQuery, ModelChange
from modeldesk.domain.ports.change_log import ChangeLog
from modeldesk.domain.ports.queries import Snapshots


class ChangeHistory:
    """What changed in the lists of everybody. Lists read with personal keys leave no changes, so every admin may read all of it."""

    def __init__(self, log: ChangeLog, snapshots: Snapshots) -> None:
        self._log = log
        self._snapshots = snapshots

    async def changes(self, query: ChangeQuery) -> Sequence[ModelChange]:
        """The changes that match, newest first, up to the query's limit. Raises ProviderNotFound."""
        if query.provider is not None:
            (await self._snapshots.current()).provider(query.provider)
        return await self._log.model_changes(query)
