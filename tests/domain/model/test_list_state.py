"""How a live list stands: its age, what may take its place, and what it is known by. All of it pure."""

from datetime import datetime, timedelta

import pytest
from attrs import evolve

from modeldesk.domain.errors import KeyRejected, Reason, VendorFailed
from modeldesk.domain.model.catalogue.list_state import (
    FRESH_FOR,
    STALE_FOR,
    Age,
    CacheTtl,
    Failure,
    ListKey,
    ListState,
    PendingShrink,
    ids_digest,
    list_digest,
)
from modeldesk.domain.model.keys.provider_key import KeyBinding, StoredKey
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, Provider, ProviderClassName, ProviderConfig
from modeldesk.domain.model.values.texts import HttpUrl, Slug
from tests.support.fake_vendors import CLASSES, IT_IS_DOWN, NEEDS_KEY, PUBLIC, vendor_models
from tests.support.samples import NOON, live_provider

VENDOR = Slug("vendor")
A_MOMENT = timedelta(microseconds=1)
FAILURE = Failure("vendor-failed", IT_IS_DOWN, "d1", NOON)
FOUR = vendor_models("a", "b", "c", "d")


def stamp_at(moment: datetime) -> int:
    """The revision of a list that was read then: microseconds since 1970."""
    return int(moment.timestamp() * 1_000_000)


NOON_STAMP = stamp_at(NOON)


def state(**fields: object) -> ListState:
    """A list of four, read at noon."""
    return ListState(VENDOR, **{"digest": "d1", "revision": 3, "count": 4, "fetched_at": NOON, **fields})  # type: ignore[arg-type] # fields of a test's choice


@pytest.mark.parametrize(
    ("elapsed", "age"),
    [
        (timedelta(0), Age.FRESH),
        (FRESH_FOR - A_MOMENT, Age.FRESH),
        (FRESH_FOR, Age.STALE),
        (STALE_FOR - A_MOMENT, Age.STALE),
        (STALE_FOR, Age.EXPIRED),
        (10 * STALE_FOR, Age.EXPIRED),
        (-FRESH_FOR + A_MOMENT, Age.FRESH),
        (-FRESH_FOR, Age.STALE),
        (-STALE_FOR, Age.EXPIRED),
    ],
)
def test_a_list_ages(elapsed: timedelta, age: Age) -> None:
    """Fresh for a quarter of an hour, shown for a week; a clock that was set back makes nothing fresh for ever."""
    assert state().age("d1", NOON + elapsed, CacheTtl()) is age


def test_lifetimes_are_those_that_were_set() -> None:
    """Whatever the usual ones are."""
    short = CacheTtl(timedelta(seconds=10), timedelta(seconds=20))
    ages = [state().age("d1", NOON + timedelta(seconds=elapsed), short) for elapsed in (9, 10, 19, 20)]
    assert ages == [Age.FRESH, Age.STALE, Age.STALE, Age.EXPIRED]


def test_what_was_read_with_something_else_is_gone() -> None:
    """Another key, address or class; and what nobody read was never there."""
    assert state().age("d2", NOON, CacheTtl()) is Age.EXPIRED
    assert ListState(VENDOR).age("", NOON, CacheTtl()) is Age.EXPIRED
    assert ListState(VENDOR, digest="d1", failure=FAILURE).age("d1", NOON, CacheTtl()) is Age.EXPIRED


def test_what_was_cleared_is_stale_however_young() -> None:
    """It is shown where the vendor fails, and ages as before; a list that takes its place is fresh."""
    cleared = state().cleared()
    assert cleared.age("d1", NOON, CacheTtl()) is Age.STALE
    assert cleared.age("d1", NOON + STALE_FOR, CacheTtl()) is Age.EXPIRED
    assert (cleared.invalidations, cleared.cleared().invalidations, cleared.revision, cleared.count) == (1, 2, 3, 4)
    after = cleared.with_fetched("d1", FOUR, NOON)
    assert (after.age("d1", NOON, CacheTtl()), after.invalidations, after.is_cleared) == (Age.FRESH, 1, False)


def test_receiving_a_list_replaces_everything_that_was_told_of_the_one_before() -> None:
    """A new revision, its own count and moment; failure and doubt are over."""
    before = state(failure=FAILURE, shrunk=PendingShrink("x", 1))
    later = NOON + timedelta(hours=1)
    assert before.with_fetched("d1", FOUR, later) == state(revision=stamp_at(later), fetched_at=later)
    assert ListState(VENDOR).with_fetched("d9", FOUR, later) == state(digest="d9", revision=stamp_at(later), fetched_at=later)


def test_a_failure_leaves_the_list_as_it_is() -> None:
    """And is told beside it."""
    assert state().failed(FAILURE) == state(failure=FAILURE)


@pytest.mark.parametrize(("kept", "waits"), [("abc", False), ("ab", True), ("a", True), ("xyz", False), ("xy", True), ("", True)])
def test_a_list_that_shrank_by_half_or_more_waits(kept: str, waits: bool) -> None:
    """Half of four is two, whichever they are."""
    read = vendor_models(*kept)
    after = state(failure=FAILURE).with_fetched("d1", read, NOON + FRESH_FOR)
    if waits:
        assert after == state(shrunk=PendingShrink(ids_digest(read), len(kept)))
    else:
        assert (after.revision, after.count, after.shrunk) == (stamp_at(NOON + FRESH_FOR), 3, None)


UNTIL = NOON + timedelta(minutes=5)
BUSY = Failure("vendor-failed", Reason("key-wanted", reason=Reason("vendor-status", status=429, retry_at=UNTIL)), "d1", NOON)


def test_a_wait_that_the_vendor_asked_for() -> None:
    """Holds from the answer until its end, for requests that would be the same, and through an invalidation; a clock that was set back ends it."""
    assert BUSY.retry_at == UNTIL
    for held in (state(failure=BUSY), state(failure=BUSY).cleared()):
        waits = [held.vendor_wait("d1", now) for now in (NOON - A_MOMENT, NOON, UNTIL - A_MOMENT, UNTIL)]
        assert waits == [None, BUSY, BUSY, None]
        assert held.vendor_wait("d2", NOON) is None
    assert state(failure=FAILURE).vendor_wait("d1", NOON) is None
    assert state().vendor_wait("d1", NOON) is None


CUT = evolve(vendor_models("a", "b", "c", "e"), incomplete=Reason("list-cut", total=9, count=4))


def test_an_incomplete_list_is_kept_and_says_so() -> None:
    """Where there was none, or none with more models."""
    for before in (ListState(VENDOR), state(), state(digest="other", count=9)):
        after = before.with_fetched("d1", CUT, NOON)
        assert (after.count, after.fetched_at, after.is_incomplete) == (4, NOON, True)
        assert after.failure == Failure("list-incomplete", Reason("list-incomplete", reason=CUT.incomplete), "d1", NOON)
        assert not after.with_fetched("d1", FOUR, NOON).is_incomplete


def test_an_incomplete_list_never_replaces_a_larger_one() -> None:
    """The larger one stays, with the failure beside it; a super admin may accept the other."""
    before = state(count=5)
    after = before.with_fetched("d1", CUT, NOON + A_MOMENT)
    assert (after.revision, after.count, after.is_incomplete) == (before.revision, 5, False)
    assert after.failure is not None
    assert before.with_fetched("d1", CUT, NOON, is_accepted=True).is_incomplete


def test_the_same_again_confirms_and_something_else_waits_anew() -> None:
    """The same ids in whatever order; as few others are another doubt."""
    waiting = state().with_fetched("d1", vendor_models("a", "b"), NOON)
    assert waiting.with_fetched("d1", vendor_models("b", "a"), NOON, seen=waiting.shrunk) == state(revision=NOON_STAMP, count=2)
    other = waiting.with_fetched("d1", vendor_models("a", "c"), NOON, seen=waiting.shrunk)
    assert other.shrunk == PendingShrink(ids_digest(vendor_models("a", "c")), 2)
    assert other.revision == 3
    whole = waiting.with_fetched("d1", FOUR, NOON, seen=waiting.shrunk)
    assert (whole.revision, whole.shrunk) == (NOON_STAMP, None)


def test_a_refresh_that_began_before_the_doubt_confirms_nothing() -> None:
    """Two at the same moment met the same fault: it is the next one that tells."""
    waiting = state().with_fetched("d1", vendor_models("a", "b"), NOON)
    assert waiting.with_fetched("d1", vendor_models("a", "b"), NOON, seen=None) == waiting


def test_a_doubt_that_was_withdrawn_meanwhile_confirms_nothing() -> None:
    """The whole list came back while this refresh was under way: to shrink again is a doubt of its own. So where another doubt took its place."""
    few, others = vendor_models("a", "b"), vendor_models("a", "c")
    seen = state().with_fetched("d1", few, NOON).shrunk
    assert state().with_fetched("d1", few, NOON, seen=seen) == state(shrunk=seen)
    other = state().with_fetched("d1", others, NOON)
    assert other.with_fetched("d1", few, NOON, seen=seen) == state(shrunk=seen)


def test_a_stamp_is_never_given_twice() -> None:
    """It grows though the clock was set back, and no other desk has the same."""
    later = NOON + timedelta(hours=1)
    first = ListState(VENDOR).with_fetched("d1", FOUR, later)
    assert first.with_fetched("d1", FOUR, NOON).revision == first.revision + 1


def test_a_failure_between_leaves_the_doubt() -> None:
    """It says nothing about the models."""
    waiting = state().with_fetched("d1", vendor_models("a"), NOON).failed(FAILURE)
    assert waiting.with_fetched("d1", vendor_models("a"), NOON, seen=waiting.shrunk) == state(revision=NOON_STAMP, count=1)


def test_accepting_takes_it_at_once() -> None:
    """However little is left."""
    assert state().with_fetched("d1", vendor_models(), NOON, is_accepted=True) == state(revision=NOON_STAMP, count=0)


def test_with_another_key_or_address_there_is_nothing_to_shrink_from() -> None:
    """What another key may see is another list; nor does the first one shrink."""
    assert state().with_fetched("d2", vendor_models("a"), NOON) == state(digest="d2", revision=NOON_STAMP, count=1)
    assert ListState(VENDOR).with_fetched("d1", vendor_models(), NOON).revision == NOON_STAMP


def digest(known: ProviderClassName, fingerprint: str | None, *, of: Provider | None = None) -> str:
    provider = evolve(of or live_provider(), provider_class=known)
    binding = KeyBinding(provider.slug, None, "https://vendor.example")
    key = StoredKey(binding, b"", "", fingerprint, NOON, "sara") if fingerprint is not None else None
    return list_digest(provider, CLASSES.find(known), key)


@pytest.mark.parametrize("known", [NEEDS_KEY, GENERIC_CLASS])
def test_a_list_that_may_hang_on_a_key_is_known_by_it(known: ProviderClassName) -> None:
    """Each key has its own, and so has no key."""
    assert len({digest(known, fingerprint) for fingerprint in ("f1", "f2", None)}) == 3


def test_a_public_list_is_the_same_with_every_key() -> None:
    """A key only helps to read it."""
    assert len({digest(PUBLIC, fingerprint) for fingerprint in ("f1", "f2", None)}) == 1


def test_a_list_is_known_by_all_that_shapes_it() -> None:
    """Vendor, class and address, but nothing else of a provider."""
    plain = live_provider()
    others = [
        digest(GENERIC_CLASS, "f1", of=evolve(plain, slug=Slug("other"))),
        digest(GENERIC_CLASS, "f1", of=evolve(plain, api_base_url=HttpUrl("https://elsewhere.example/v1"))),
        digest(NEEDS_KEY, "f1"),
        digest(GENERIC_CLASS, "f1"),
    ]
    assert len(set(others)) == 4
    assert digest(GENERIC_CLASS, "f1", of=evolve(plain, sort_order=5, is_active=False)) == digest(GENERIC_CLASS, "f1")
    own, fallback = evolve(plain, api_base_url=HttpUrl("https://public.example")), evolve(plain, api_base_url=HttpUrl(""))
    assert digest(PUBLIC, None, of=own) == digest(PUBLIC, None, of=fallback), "the class's address, said or not"


def test_a_list_is_known_by_how_its_vendor_is_called() -> None:
    """Each declared header, parameter, path and way of the key; a timeout shapes nothing, and nothing declared is what it was before."""
    configs: list[dict[str, object]] = [
        {},
        {"headers": {"a": "b"}},
        {"headers": {"a": "c"}},
        {"query": {"a": "b"}},
        {"headers": {"a": "b"}, "query": {"a": "b"}},
        {"list_path": "/a"},
        {"key_header": "a"},
        {"key_scheme": "a"},
        {"key_scheme": ""},
    ]
    digests = [
        digest(GENERIC_CLASS, "f1", of=evolve(live_provider(), config=ProviderConfig(**config)))  # type: ignore[arg-type] # plain texts
        for config in configs
    ]
    assert len(set(digests)) == len(configs)
    with_limits = ProviderConfig(timeout=5, max_retry=1, headers={}, further={"x": 1})  # type: ignore[arg-type] # plain numbers
    assert digest(GENERIC_CLASS, "f1", of=evolve(live_provider(), config=with_limits)) == digests[0] == digest(GENERIC_CLASS, "f1")
    turned = [{"b": "1", "a": "2"}, {"a": "2", "b": "1"}]
    assert len({digest(GENERIC_CLASS, "f1", of=evolve(live_provider(), config=ProviderConfig(headers=one))) for one in turned}) == 1  # type: ignore[arg-type]


def test_parts_do_not_run_into_each_other() -> None:
    """What ends one part and begins the next is not the same as what stands whole in one."""
    assert ids_digest(vendor_models("ab", "c")) != ids_digest(vendor_models("a", "bc"))
    assert ids_digest(vendor_models()) != ids_digest(vendor_models("a"))


def test_a_head_is_found_by_provider_digest_and_stamp() -> None:
    """That is what a kept list is found by."""
    assert state().key == ListKey(VENDOR, "d1", 3)


def test_a_failure_says_the_same_again() -> None:
    """With its own kind, for a caller who is not asked to wait for it once more."""
    reported = FAILURE.error(VENDOR)
    assert (type(reported), reported.provider, reported.reason) == (VendorFailed, "vendor", IT_IS_DOWN)
    assert type(evolve(FAILURE, code="key-rejected").error(VENDOR)) is KeyRejected


@pytest.mark.parametrize(("list_digest_is", "failure_digest_is"), [("old", "old"), ("old", "other"), ("other", "old"), ("other", "other")])
def test_another_fingerprint_of_the_key_renames_what_was_read_with_it(list_digest_is: str, failure_digest_is: str) -> None:
    """The list and the failure, each where it is of the old digest; the rest of the state stays."""
    failure = Failure("vendor-failed", Reason("closed-before-answer"), failure_digest_is, NOON)
    before = state(digest=list_digest_is).failed(failure)
    renamed = {"old": "new", "other": "other"}
    after = before.with_digest_replaced("old", "new")
    assert after == evolve(before, digest=renamed[list_digest_is], failure=evolve(failure, digest=renamed[failure_digest_is]))
    assert state(digest="old").with_digest_replaced("old", "new") == state(digest="new")


@pytest.mark.parametrize("revision", [0, 1])
def test_a_shrunk_list_waits_only_where_there_is_a_list(revision: int) -> None:
    """Revision 0 has none; the first one has."""
    found = state(revision=revision, count=4).with_fetched("d1", vendor_models("a"), NOON)
    assert (found.shrunk is not None) == (revision == 1)
