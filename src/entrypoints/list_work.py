"""Work on long lists, in a thread: the event loop serves everybody else meanwhile."""

from collections.abc import Callable
from typing import Any, TypeVar

from modeldesk.domain.model.providers.provider import Provider
from modeldesk.entrypoints.container import Container

T = TypeVar("T")
LONGEST_INLINE = 1_000
"""Models. A shorter list is worked on at once: it takes less than changing threads under load."""


def declared_models(provider: Provider) -> int:
    """How many models its declaration lists."""
    return sum(len(capability.models) for capability in provider.capabilities.values())


async def computed(container: Container, size: int, work: Callable[..., T], *given: Any, **named: Any) -> T:
    """`work(*given, **named)` on a list of `size` models."""
    if size <= LONGEST_INLINE:
        return work(*given, **named)
    return await container.list_worker().run(work, *given, **named)
