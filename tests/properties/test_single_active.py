"""The rule of the application: never two models in use for one slot, never none after a select, and the last commit wins."""

from hypothesis import settings

from tests.support.counts import count
from tests.support.desk_machine import DeskMachine

TestSingleActive = DeskMachine.TestCase
TestSingleActive.settings = settings(max_examples=count(20, 2_000), stateful_step_count=20, deadline=None)
