"""Digests of entries never hide a change: imports with them and without them do the same, whatever else was written in between."""

import asyncio
from collections.abc import Sequence
from typing import Any

from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modeldesk.domain.errors import ModeldeskError
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.edited_field import Side
from modeldesk.domain.model.providers.provider import ProviderChange
from modeldesk.domain.model.values.numbers import SortOrder
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.import_plan import ImportOptions
from tests.support.counts import count
from tests.support.declarations import READER, document
from tests.support.samples import Desk

SLUGS = ("a", "b", "c")
ENTRIES = [
    {"slug": slug, "name": slug.upper(), **more}
    for slug in SLUGS
    for more in ({}, {"sort_order": 1}, {"is_active": True}, {"capabilities": {"chat": {"supported": True, "models": ["m"]}}})
]
OPTIONS = [
    *(ImportOptions(force=force, prune=prune) for force in (False, True) for prune in (False, True)),
    *(ImportOptions(force=True, three_way=True, prefer=prefer) for prefer in (None, *Side)),
]
Step = tuple[str, Any]


def documents() -> st.SearchStrategy[bytes]:
    """Declarations in which each provider stands in one of a few ways."""
    entries = st.lists(st.sampled_from(ENTRIES), unique_by=lambda entry: entry["slug"])
    return entries.map(lambda chosen: document(*chosen))


STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("import"), st.tuples(documents(), st.sampled_from(OPTIONS))),
    st.tuples(st.just("populate"), st.lists(st.sampled_from(SLUGS), unique=True)),
    st.tuples(st.just("change"), st.tuples(st.sampled_from(SLUGS), st.integers(0, 1))),
    st.tuples(st.just("active"), st.tuples(st.sampled_from(SLUGS), st.booleans())),
)


async def imported(desk: Desk, data: bytes, options: ImportOptions, *, with_digests: bool) -> tuple[Sequence[str], ...]:
    """What the import said that it did."""
    known = {entry.digest: entry for entry in await desk.store.imported_entries()}
    entries = READER.read_unless_known(data, known).providers if with_digests else READER.read_strictly(data).providers
    declared = entries if with_digests else [evolve(entry, digest=None) for entry in entries]  # type: ignore[type-var]
    plan = await desk.registration.register(declared, options, CLI_ACTOR)
    told = plan.created, [update.new for update in plan.updated], plan.unchanged, [skip.provider for skip in plan.skipped]
    return *([entry.slug for entry in part] for part in told), [str(skip.changes) for skip in plan.skipped]


async def step(desk: Desk, kind: str, given: Any, *, with_digests: bool) -> object:
    """One write, and what it answered."""
    try:
        match kind:
            case "import":
                return await imported(desk, given[0], given[1], with_digests=with_digests)
            case "populate":
                script = f"providers_data = {[{'slug': slug, 'name': slug, 'is_active': True} for slug in given]!r}"
                return (await desk.registration.populate(READER.read_population(script.encode()), CLI_ACTOR)).digest
            case "change":
                change = ProviderChange(sort_order=SortOrder(given[1]))
                return (await desk.registration.change(Slug(given[0]), change, CLI_ACTOR)).changes
            case _:
                return await desk.registration.set_active(Slug(given[0]), given[1], CLI_ACTOR)
    except ModeldeskError as error:
        return error.code


KEEPS_AN_EDIT: list[Step] = [
    ("import", (document(ENTRIES[0]), OPTIONS[0])),
    ("change", ("a", 1)),
    ("import", (document(ENTRIES[3]), OPTIONS[4])),
    ("import", (document(ENTRIES[3]), OPTIONS[2])),
]


@settings(max_examples=count(60, 2_000), deadline=None)
@example(KEEPS_AN_EDIT)
@given(st.lists(STEPS, min_size=2, max_size=8))
def test_imports_with_and_without_digests_do_the_same(steps: list[Step]) -> None:
    """Every write answers the same and leaves the same providers, and only the digests tell the two stores apart."""

    async def story() -> None:
        quick, plain = Desk(), Desk()
        for kind, facts in steps:
            answers = [await step(desk, kind, facts, with_digests=desk is quick) for desk in (quick, plain)]
            assert answers[0] == answers[1]
            stored = [await desk.store.current() for desk in (quick, plain)]
            assert (stored[0].providers, stored[0].generation) == (stored[1].providers, stored[1].generation)

    asyncio.run(story())
