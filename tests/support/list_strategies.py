"""What the property tests of live lists draw from: providers of three kinds, keys, addresses, spans of time."""

import asyncio

from hypothesis import strategies as st

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, Capability, Provider
from modeldesk.domain.model.values.texts import CapabilityName, HttpUrl, SingleLineText, Slug
from modeldesk.domain.services.import_plan import DeclaredProvider
from tests.support import plain_lists
from tests.support.fake_vendors import NEEDS_KEY, PUBLIC

KINDS = {"needed": NEEDS_KEY, "either": GENERIC_CLASS, "public": PUBLIC}
CHAT = CapabilityName("chat")
SUPER, NORMAL = Actor("sara", Role.SUPER), Actor("nima", Role.NORMAL)
# Shares are set so that most lists are read and change: a machine that is refused most of the time learns nothing.
SLUGS = st.sampled_from(["needed", "either", "either", "either", "public"])
URLS = st.sampled_from([*["https://one.example/v1"] * 5, "https://one.example/v2", "https://two.example/v1", ""])
KEYS = st.sampled_from(["k1-long-enough", "k2-long-enough"])
PROCESSES = st.sampled_from([0, 0, 1])
TIMES = st.sampled_from([1, plain_lists.AGAIN, plain_lists.FRESH, plain_lists.SHOWN - plain_lists.FRESH, plain_lists.SHOWN])


def declared(kind: str, url: str, *, allowed: bool) -> DeclaredProvider:
    provider = Provider(
        Slug(kind),
        SingleLineText(kind),
        SingleLineText(kind),
        provider_class=KINDS[kind],
        api_base_url=HttpUrl(url),
        capabilities={CHAT: Capability(supported=True, has_dynamic_models=True)},
        allow_shared_for_normal_admins=allowed,
    )
    return DeclaredProvider(provider, frozenset({"allow_shared_for_normal_admins"}))


async def settled() -> None:
    for _ in range(40):
        await asyncio.sleep(0)
