"""A reused container is reset: nothing of an earlier command is left."""

from dependency_injector import providers as injection

from modeldesk.entrypoints.cli import running
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.settings import Settings
from tests.support.fake_vendors import FakeVendors
from tests.support.reused_containers import reused_containers


def test_one_that_is_taken_over_is_as_new() -> None:
    """With other settings, and with no object of the command before."""
    with reused_containers():
        earlier = running.open_container(Settings(evaluations_per_second=1))
        made = [provider() for provider in (earlier.opened, earlier.declarations, earlier.measurements, earlier.coalescing)]
        earlier.store.override(injection.Object("another"))
    with reused_containers():
        later = running.open_container(settings := Settings())
        assert later is earlier
        assert later.settings() is settings
        assert later.store.overridden == ()
        again = [provider() for provider in (later.opened, later.declarations, later.measurements, later.coalescing)]
        assert not any(one is other for one, other in zip(made, again, strict=True))


def test_two_at_once_are_two() -> None:
    """Also for a command that another one waits for."""
    with reused_containers():
        one, two = running.open_container(), running.open_container()
        with reused_containers():
            assert len({id(container) for container in (one, two, running.open_container())}) == 3


def test_what_is_overridden_for_all_containers_is_overridden_in_a_reused_one() -> None:
    """As long as it is, and no longer."""
    vendors = injection.Object(FakeVendors())
    for _ in range(2):
        with Container.vendors.override(vendors), reused_containers():
            assert running.open_container().vendors() is vendors()
        with reused_containers():
            assert running.open_container().vendors() is not vendors()


def test_a_container_outside_of_a_command_is_new() -> None:
    """As the program opens it."""
    with reused_containers():
        reused = running.open_container()
    assert running.open_container() is not reused
    assert running.Container is Container
