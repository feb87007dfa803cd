"""A group commit without a database: what each commit is given, and who is told how it ended."""

import asyncio
from collections.abc import Collection

import pytest
from attrs import define, field

from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.persistence.group_commit import GroupCommit
from modeldesk.adapters.persistence.open_work import Part
from modeldesk.domain.errors import StorageBusy


@define
class Commits:
    """The parts of each commit, and the ends of those that are under way."""

    parts: list[set[str]] = field(factory=list)
    ends: "list[asyncio.Future[None]]" = field(factory=list)

    def begin(self, parts: Collection[Part]) -> "asyncio.Future[None]":
        self.parts.append(set(parts))
        self.ends.append(asyncio.get_running_loop().create_future())
        return self.ends[-1]


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


async def joined(group: GroupCommit, *parts: Part) -> "asyncio.Future[None]":
    """As a unit of work that is done with these parts."""
    await group.acquire()
    try:
        return group.join(parts)
    finally:
        group.release()


async def test_each_commit_raises_the_parts_that_were_written_for_it() -> None:
    """Together those of all who share it, and none of an earlier one."""
    commits = Commits()
    group = GroupCommit(commits.begin)
    first, second = await joined(group, "choices"), await joined(group, "catalogue")
    assert group.has_written("choices")
    await settle()
    assert not group.has_written("choices")
    commits.ends[0].set_result(None)
    await asyncio.gather(first, second)
    third = await joined(group, "access")
    await settle()
    commits.ends[1].set_result(None)
    await third
    assert commits.parts == [{"choices", "catalogue"}, {"access"}]


@pytest.mark.parametrize("error", [None, OSError("full")])
async def test_whoever_leaves_during_a_commit_does_not_end_it(error: OSError | None) -> None:
    """Those who joined are told how it ended. It is begun by one who holds the lock, for long work."""
    commits = Commits()
    group = GroupCommit(commits.begin)
    await group.acquire()
    done = group.join(["choices"])
    flushing = asyncio.create_task(group.flush())
    await settle()
    flushing.cancel()
    await settle()
    assert not commits.ends[0].cancelled()
    commits.ends[0].set_exception(error) if error else commits.ends[0].set_result(None)
    await asyncio.wait([done])
    assert done.exception() is error


async def test_who_comes_when_it_is_the_commits_turn_waits_until_its_own_deadline() -> None:
    """The lock is free at that moment, and promised to the commit, which may take long."""
    commits = Commits()
    group = GroupCommit(commits.begin)
    await group.acquire()
    done = group.join(["choices"])
    await settle()
    group.release()
    async with asyncio.timeout(5):
        with deadline(0), pytest.raises(StorageBusy):
            await group.acquire()
    commits.ends[0].set_result(None)
    await done
