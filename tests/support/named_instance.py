"""An instance with a given name, for services that take leases."""

from attrs import frozen


@frozen
class NamedInstance:
    """Implements `Instance`."""

    name: str
    jitter: float = 0.0

    def random(self) -> float:
        return self.jitter
