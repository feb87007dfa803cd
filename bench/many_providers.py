"""A database of many providers: fills the one of MODELDESK_HOME, and prints the session id of a signed-in admin.

    python bench/many_providers.py 10000

Each provider declares four capabilities with eight models each, and has one active and one former model. `growth.py` and `workers.py` measure it.
"""

import asyncio
import json
import secrets
import sys
from datetime import UTC, datetime

from dependency_injector import providers as injection

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange, StoredModel
from modeldesk.domain.model.values.texts import CapabilityName, Slug, model_id
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.settings import load_settings

CAPABILITIES = ("chat", "content", "image", "audio")


async def fill(container: Container, size: int) -> str:
    """The session id of the admin that this creates, too."""
    await container.store().operations.upgrade()
    document = json.dumps({"version": "1.0.0", "providers": [entry(number) for number in range(size)]}).encode()
    declaration = container.declarations().read(document)
    await container.registration().register(declaration.providers, ImportOptions(), CLI_ACTOR)
    now = datetime.now(UTC)
    async with container.store().unit_of_work() as work:
        for number in range(size):
            slot = Slot(slug(number), CapabilityName("chat"))
            for version, model in enumerate(("former", "active"), start=1):
                stored = StoredModel(slot, model_id(model), model.title(), None, now, "bench")
                await work.choices.record(SlotChange(slot, version, stored, now, "bench"))
        await work.commit()
    password = secrets.token_urlsafe(24)
    await container.admins().create("bench", password, Role.SUPER)
    return (await container.sign_in().sign_in("bench", password)).session_id


def slug(number: int) -> Slug:
    return Slug(f"provider-{number:05}")


def entry(number: int) -> dict[str, object]:
    """What `providers.json` would say."""
    name = slug(number)
    capabilities = {
        capability: {
            "supported": True,
            "description": f"{capability} of {name}",
            "models": [f"{name}-{capability}-{model}" for model in range(8)],
        }
        for capability in CAPABILITIES
    }
    return {"slug": name, "name": name.title(), "sort_order": number, "capabilities": capabilities}


async def _filled(size: int) -> str:
    container = Container(settings=injection.Object(load_settings()))
    try:
        return await fill(container, size)
    finally:
        await container.store().close()


if __name__ == "__main__":
    print(asyncio.run(_filled(int(sys.argv[1]))))
