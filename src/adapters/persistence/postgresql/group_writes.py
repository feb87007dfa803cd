"""What short work has written in the transaction that is open: what was sent can be sent again, and the rest is sent together."""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import asyncpg
from msgspec import Struct

from modeldesk.adapters.persistence.postgresql.driver_connection import Sent
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange

BASE = "base"
"""The savepoint to which a refused statement of short work is rolled back."""

REFUSED = (asyncpg.PostgresError, asyncpg.InterfaceError)


class Unsent(Struct, frozen=True):
    """What a unit of work that is done has written, and the changes of slots in it. `refuse` is called if the server refuses it."""

    statements: Sequence[Sent]
    changes: Collection[SlotChange]
    refuse: Callable[[Exception], None]


class GroupWrites:
    """Of one connection, in one transaction. The caller holds the connection."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.since_base: list[Sent] = []
        """What was sent, and accepted, since the last point that was kept."""

        self.is_incomplete = False
        """Whether something of those that share the transaction was not sent, so that it must not be committed."""

        self._unsent: list[Unsent] = []

    def send_later(self, unsent: Unsent) -> None:
        """Sends it with the next call, or with the commit: the statements of all who share a commit take one round trip.

        They are executed in the order in which they came, before anything else that is sent.
        """
        self._unsent.append(unsent)

    def has_unsent(self, slot: Slot) -> bool:
        """Whether a change of the slot was not executed yet. It may be refused, so that nobody may go on from it."""
        return any(slot == change.slot for unsent in self._unsent for change in unsent.changes)

    async def send(self, driver: Any) -> bool:
        """Sends what waits. Refuses each unit of work that the server refuses, which is rolled back alone: then it returns False.

        Raises what ends the whole transaction.
        """
        if not self._unsent:
            return True
        unsent, self._unsent = self._unsent, []
        self.is_incomplete, is_accepted = True, True
        sent = [statement for each in unsent for statement in each.statements]
        try:
            for sql, statements in groupby(sent, itemgetter(0)):
                await driver.executemany(sql, [parameters for _, parameters in statements])
        except REFUSED:
            if driver.is_closed():
                raise
            is_accepted = False
            await self._send_one_by_one(driver, unsent)
        else:
            self.since_base += sent
        self.is_incomplete = False
        return is_accepted

    async def send_again(self, driver: Any) -> None:
        """Rolls back to the last point that was kept, and sends again what was accepted since."""
        await driver.execute(f"ROLLBACK TO {BASE}")
        for sql, parameters in self.since_base:
            await driver.fetch(sql, *parameters)

    async def _send_one_by_one(self, driver: Any, unsent: Iterable[Unsent]) -> None:
        """After one of them was refused: finds out which."""
        await self.send_again(driver)
        for each in unsent:
            try:
                for sql, parameters in each.statements:
                    await driver.fetch(sql, *parameters)
            except REFUSED as error:
                await self.send_again(driver)
                each.refuse(error)
            else:
                self.since_base += each.statements
