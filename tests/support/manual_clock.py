"""A clock that tests move."""

from datetime import UTC, datetime, timedelta

from attrs import define

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@define
class ManualClock:
    """Stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by
