"""Catalogues that are built once for a list, and shared between capabilities that the same models serve."""

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.values.texts import CapabilityName
from tests.support.samples import LIVE, Desk, live_provider, slot

CAPABILITIES = {CapabilityName(name): LIVE for name in ("chat", "content", "image")}


async def test_equal_catalogues_of_two_capabilities_are_one_object(desk: Desk) -> None:
    """Chat and content mostly have the same models, and each list is as long as the vendor's."""
    await desk.put(live_provider(capabilities=CAPABILITIES))
    desk.vendors.write("vendor", ["gpt-5", "gpt-4o", "dall-e-3"])
    chat, content, image = [(await desk.discovery.listing(slot("vendor", name), CLI_ACTOR)).catalogue for name in CAPABILITIES]
    assert content is chat
    assert [model.id for model in image.models] == ["dall-e-3"]


async def test_catalogues_that_differ_are_kept_apart(desk: Desk) -> None:
    """A model that only completes is for content alone, whichever list is shown first; a new list is built anew for both."""
    await desk.put(live_provider(capabilities=CAPABILITIES))
    desk.vendors.write("vendor", ["gpt-5", "davinci-002"])

    async def ids(capability: str) -> list[str]:
        listing = await desk.discovery.listing(slot("vendor", capability), CLI_ACTOR)
        return [str(model.id) for model in listing.catalogue.models]

    assert await ids("content") == ["gpt-5", "davinci-002"]
    assert await ids("chat") == ["gpt-5"]
    assert await ids("content") == ["gpt-5", "davinci-002"]
