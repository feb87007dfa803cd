"""SQL of the plan of scheduled refreshes, and of leases."""

from sqlalchemy import Connection, select

from modeldesk.adapters.persistence import list_tables
from modeldesk.adapters.persistence.statements import upsert
from modeldesk.domain.model.catalogue.refresh_plan import Lease, RefreshPlan
from modeldesk.domain.model.values.texts import Slug

_PLANS, _LEASES = list_tables.refresh_plans, list_tables.leases


def plans(connection: Connection) -> list[RefreshPlan]:
    return [RefreshPlan(Slug(row.provider), row.next_at, row.planned_at, row.failures) for row in connection.execute(select(_PLANS))]


def plan(connection: Connection, provider: Slug) -> RefreshPlan | None:
    row = connection.execute(select(_PLANS).where(_PLANS.c.provider == provider)).one_or_none()
    return RefreshPlan(provider, row.next_at, row.planned_at, row.failures) if row is not None else None


def put_plan(connection: Connection, value: RefreshPlan) -> None:
    upsert(connection, _PLANS, {name: getattr(value, name) for name in ("provider", "next_at", "planned_at", "failures")})


def lease(connection: Connection, name: str) -> Lease | None:
    row = connection.execute(select(_LEASES).where(_LEASES.c.name == name)).one_or_none()
    return Lease(row.holder, row.until) if row is not None else None


def put_lease(connection: Connection, name: str, value: Lease) -> None:
    upsert(connection, _LEASES, {"name": name, "holder": value.holder, "until": value.until})
