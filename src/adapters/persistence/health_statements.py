"""SQL of the observed health of active models, and its store in a unit of work."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select

from modeldesk.adapters.persistence.list_tables import observed_health as table
from modeldesk.adapters.persistence.open_work import OpenWork
from modeldesk.adapters.persistence.unreadable_rows import reads_rows
from modeldesk.domain.model.health import Health, ObservedHealth
from modeldesk.domain.model.providers.provider import Slot


@reads_rows
def observed(connection: Connection) -> list[ObservedHealth]:
    found = [
        ObservedHealth(Slot(row.provider, row.capability), row.model_id, Health(row.state)) for row in connection.execute(select(table))
    ]
    # Sorted here: a server's collation may sort hyphens differently.
    return sorted(found, key=lambda one: (one.slot.provider, one.slot.capability))


def replace(connection: Connection, values: Sequence[ObservedHealth]) -> None:
    connection.execute(delete(table))
    rows = [
        {"provider": one.slot.provider, "capability": one.slot.capability, "model_id": one.model_id, "state": one.state.value}
        for one in values
    ]
    if rows:
        connection.execute(insert(table), rows)


class SqlHealth(Struct, frozen=True):
    work: OpenWork

    async def all(self) -> Sequence[ObservedHealth]:
        return await self.work.read(observed)

    async def replace(self, observed: Sequence[ObservedHealth]) -> None:
        self.work.write(None, replace, tuple(observed))
