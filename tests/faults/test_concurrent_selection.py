"""Several processes choose for one slot at the same time."""

import pytest

from tests.support.concurrent_selection import Start, choose_at_once


def test_never_two_never_none_the_last_commit_wins(database: str, start: Start) -> None:
    """Three processes, while a fourth looks on: no choice is lost, and the last step of the history is what is active."""
    choose_at_once(database, start, processes=3, times=40)


@pytest.mark.nightly
def test_four_processes_ten_thousand_choices(database: str, start: Start) -> None:
    """The same with four processes and 2,500 choices each."""
    choose_at_once(database, start, processes=4, times=2_500)
    print("\n10,000 choices by 4 processes for one slot: 0 lost, 0 doubled")
