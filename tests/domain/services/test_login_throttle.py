"""How often a password may be tried: what is counted, for whom, and who waits."""

import json
from asyncio import gather, sleep
from collections.abc import Sequence
from datetime import timedelta

import pytest
from attrs import define, field

from modeldesk.adapters.memory.unit_of_work import InMemoryStore, InMemoryUnitOfWork
from modeldesk.domain.errors import SignInBusy, SignInRefused, StorageBusy, TooManyAttempts
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.login_attempts import (
    FREE_FAILURES,
    LONGEST_WAIT,
    REMEMBERED,
    account_digest,
    address_digest,
    attempt_digests,
    failures_digest,
)
from modeldesk.domain.model.audit import AuditEntry
from modeldesk.domain.ports.security import PasswordHasher
from modeldesk.domain.ports.unit_of_work import AuditStore
from modeldesk.domain.services.login_throttle import LoginThrottle
from tests.support.samples import Desk

PASSWORD = "correct horse battery"
WRONG = "another long password"


@define
class Counting:
    """Checks passwords as `inner` does, and counts how often."""

    inner: PasswordHasher
    verified: int = 0
    against: list[str | None] = field(factory=list)

    async def hash(self, password: str) -> str:
        return await self.inner.hash(password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        self.verified += 1
        self.against.append(password_hash)
        return await self.inner.verify(password_hash, password)


@define
class Busy:
    """Has no time for anybody."""

    async def hash(self, password: str) -> str:
        raise SignInBusy

    async def verify(self, password_hash: str | None, password: str) -> bool:
        raise SignInBusy


async def with_ann(desk: Desk) -> Counting:
    await desk.accounts.create("ann", PASSWORD, Role.SUPER)
    counting = Counting(desk.hasher)
    desk.hasher = counting
    return counting


async def fails(desk: Desk, name: str = "ann", peer: str | None = "192.0.2.1") -> str:
    """What a wrong password is answered."""
    try:
        await desk.sessions.sign_in(name, WRONG, peer)
    except (SignInRefused, TooManyAttempts) as refusal:
        return str(refusal)
    raise AssertionError("nobody has that password")


async def test_who_fails_too_often_waits(desk: Desk) -> None:
    """And is told how long; waiting it out is enough, and the password is not even looked at before."""
    hasher = await with_ann(desk)
    reported = [await fails(desk) for _ in range(FREE_FAILURES + 2)]
    assert reported == ["sign-in-refused"] * 5 + ["too-many-attempts: seconds=1"] * 2
    assert hasher.verified == FREE_FAILURES
    for seconds in (1, 2, 4):
        with pytest.raises(TooManyAttempts) as refusal:
            await desk.sessions.sign_in("ann", PASSWORD, "192.0.2.1")
        assert refusal.value.seconds == seconds
        desk.clock.forward(timedelta(seconds=seconds))
        assert await fails(desk) == "sign-in-refused"


@pytest.mark.parametrize("name", ["nobody", "off", "ann"])
async def test_whoever_is_tried_it_is_the_same(desk: Desk, name: str) -> None:
    """Unknown, disabled and wrong are counted alike, to the second: who asks does not learn which names exist."""

    async def story() -> list[str]:
        await with_ann(desk)
        await desk.accounts.create("off", PASSWORD, Role.NORMAL)
        await desk.accounts.set_active("off", False)
        reported = []
        for _ in range(30):
            reported.append(await fails(desk, name))
            desk.clock.forward(timedelta(seconds=7))
        return reported

    assert [answer == "sign-in-refused" for answer in await story()] == [
        *[True] * 8, False, True, False, False, True, *[False] * 4, True, *[False] * 9, True, *[False] * 2,
    ]  # fmt: skip


async def test_who_may_not_sign_in_is_compared_with_nobody(desk: Desk) -> None:
    """A disabled admin with the right password goes no step further than a name that nobody has: the time would tell."""
    hasher = await with_ann(desk)
    await desk.accounts.create("off", PASSWORD, Role.NORMAL)
    await desk.accounts.set_active("off", False)
    for name in ("off", "nobody"):
        with pytest.raises(SignInRefused):
            await desk.sessions.sign_in(name, PASSWORD)
    assert hasher.against == [None, None]


async def test_many_at_once_are_counted_one_by_one(desk: Desk) -> None:
    """A hundred that start before any has failed: five reach the hash, from wherever they come and however the name is spelled."""
    hasher = await with_ann(desk)
    desk.store.pause = lambda: sleep(0)  # all of them look before any of them has counted
    reported = await gather(*(fails(desk, peer=f"192.0.2.{number}") for number in range(100)))
    assert (reported.count("sign-in-refused"), hasher.verified) == (5, 5)


async def test_one_address_that_tries_many_names(desk: Desk) -> None:
    """Is counted too; another address is not concerned, nor is a whole site of IPv6 many addresses."""
    hasher = await with_ann(desk)
    for number in range(20):
        await fails(desk, f"name-{number}", f"2001:db8::{number}")
    assert hasher.verified == FREE_FAILURES
    await desk.sessions.sign_in("ann", PASSWORD, "2001:db8:0:1::1")


async def test_the_owner_may_sign_in_after_the_attack(desk: Desk) -> None:
    """Within five minutes of its end, whatever it was; and signing in clears nothing, so that the attack gains nothing by it."""
    hasher = await with_ann(desk)
    for step in range(3_600):
        await fails(desk, peer=f"198.51.100.{step % 250}")
        desk.clock.forward(timedelta(seconds=1))
    assert hasher.verified <= 4 * 20
    desk.clock.forward(LONGEST_WAIT)
    for _ in range(3):
        await desk.sessions.sign_in("ann", PASSWORD, "203.0.113.5")
    reported = [await fails(desk, peer="198.51.100.1") for _ in range(2)]
    assert reported == ["sign-in-refused", "too-many-attempts: seconds=300"]


@pytest.mark.nightly
async def test_ten_thousand_guesses_from_a_thousand_addresses(desk: Desk) -> None:
    """Over fifteen minutes: at most twenty reach the hash, and the owner signs in afterwards; with the figure."""
    hasher, heard = await with_ann(desk), 0
    for number in range(10_000):
        heard += await fails(desk, peer=f"10.0.{number % 1_000 // 250}.{number % 250}") == "sign-in-refused"
        desk.clock.forward(timedelta(seconds=900 / 10_000))
    figure = {"name": "guesses at one account in 15 min", "cases": 10_000, "reached_the_hash": hasher.verified}
    print(json.dumps({**figure, "violations": int(hasher.verified > 20)}))
    assert hasher.verified == heard <= 20
    desk.clock.forward(LONGEST_WAIT)
    await desk.sessions.sign_in("ann", PASSWORD, "203.0.113.5")


async def test_a_right_password_counts_nothing(desk: Desk) -> None:
    """Whoever signs in a hundred times is never told to wait, and leaves no row."""
    await with_ann(desk)
    for _ in range(100):
        await desk.sessions.sign_in("ann", PASSWORD, "192.0.2.1")
    assert desk.store.contents.attempts == {}


async def test_an_attempt_that_was_not_judged_counts_nothing(desk: Desk) -> None:
    """Where too many wait for a hash, it was nobody's failure."""
    await with_ann(desk)
    desk.hasher = Busy()
    for _ in range(FREE_FAILURES * 2):
        with pytest.raises(SignInBusy):
            await desk.sessions.sign_in("ann", PASSWORD, "192.0.2.1")
    assert desk.store.contents.attempts == {}


async def test_ones_own_password_is_counted_too(desk: Desk) -> None:
    """Whoever found a browser open cannot try them all."""
    hasher = await with_ann(desk)
    signed_in = await desk.sessions.sign_in("ann", PASSWORD)
    for _ in range(FREE_FAILURES):
        with pytest.raises(SignInRefused):
            await desk.sessions.change_own_password(signed_in.identity, WRONG, "a very new long one")
    with pytest.raises(TooManyAttempts):
        await desk.sessions.change_own_password(signed_in.identity, PASSWORD, "a very new long one")
    assert hasher.verified == 1 + FREE_FAILURES


async def test_only_so_many_rows_are_kept() -> None:
    """Old ones are forgotten; of too many, those with the fewest failures go: a flood of new names hides no attack on an old one."""
    desk = Desk(most_counted=10)
    await with_ann(desk)
    for _ in range(FREE_FAILURES):
        await fails(desk, peer=None)
    for number in range(50):
        await fails(desk, f"name-{number}", f"192.0.{number}.1")
        assert len(desk.store.contents.attempts) <= 12
    assert desk.store.contents.attempts[account_digest("ann")].failures == FREE_FAILURES
    desk.clock.forward(REMEMBERED)
    await fails(desk, "one more", None)
    assert list(desk.store.contents.attempts) == [account_digest("one more"), failures_digest("", desk.clock.now)]


async def test_a_refused_attempt_takes_nobodys_turn(desk: Desk) -> None:
    """It only reads, so that a flood of them keeps no writer waiting."""
    await with_ann(desk)
    for _ in range(FREE_FAILURES):
        await fails(desk)

    def none_is_opened() -> object:
        raise AssertionError("a unit of work")

    limits = LoginThrottle(none_is_opened, desk.store, desk.clock)  # type: ignore[arg-type] # it is never entered
    with pytest.raises(TooManyAttempts):
        async with limits.throttled("ann", "192.0.2.1"):
            raise AssertionError("heard")


async def test_what_is_counted_cannot_be_read(desk: Desk) -> None:
    """No name and no address stands in the counts, and nowhere a name that nobody has; two ways of writing an accent are one name."""
    await fails(desk, "a name that nobody has", "192.0.2.77")
    assert "nobody has" not in repr(desk.store.contents)
    assert "192.0.2.77" not in repr(desk.store.contents.attempts)
    assert account_digest("Zo\u00e9") == account_digest("Zoe\u0301") != account_digest("Zoe")
    assert account_digest("192.0.2.1") != address_digest("192.0.2.1") == address_digest("::ffff:192.0.2.1")
    assert address_digest("2001:db8::1") == address_digest("2001:db8:0:0:ffff::2") != address_digest("2001:db8:0:1::1")
    assert address_digest("unknown") != address_digest("")
    assert attempt_digests("ann", None) == (account_digest("ann"),)


@pytest.mark.parametrize("name", ["omid", "nobody", "x\x00", "\ud800", "a\n"])
async def test_a_failure_counts_whatever_the_name_and_whatever_becomes_of_its_line(desk: Desk, name: str) -> None:
    """Also where the trail cannot be written: a guess is a guess."""
    for _ in range(FREE_FAILURES):
        await fails(desk, name, "192.0.2.77")
    with pytest.raises(TooManyAttempts):
        await desk.sessions.sign_in(name, "another wrong password", "192.0.2.77")


class FullTrail:
    """Has no room for another line."""

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        raise StorageBusy


class WorkWithFullTrail(InMemoryUnitOfWork):
    @property
    def audit(self) -> AuditStore:  # type: ignore[override] # the port is all that is used
        return FullTrail()


class StoreWithFullTrail(InMemoryStore):
    """Stores everything but the audit log."""

    def unit_of_work(self) -> InMemoryUnitOfWork:
        return WorkWithFullTrail(self)


async def test_a_line_that_cannot_be_written_takes_no_failure_back() -> None:
    """Whatever the storage says: the guess was made."""
    desk = Desk(store=StoreWithFullTrail())
    for _ in range(FREE_FAILURES):
        with pytest.raises(StorageBusy):
            await desk.sessions.sign_in("nobody", "a wrong password", "192.0.2.77")
    with pytest.raises(TooManyAttempts):
        await desk.sessions.sign_in("nobody", "a wrong password", "192.0.2.77")
