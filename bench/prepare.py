"""Fills the database of MODELDESK_DATABASE_URL for the load test, as the peer's preparation does.

Each provider and capability gets one active and one former model. Prints the session id of a signed-in admin.
"""

import asyncio
import secrets

from dependency_injector import providers

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.values.texts import model_id
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.settings import load_settings


async def prepare() -> str:
    container = Container(settings=providers.Object(load_settings()))
    store, selection, admins = container.store(), container.selection(), container.admins()
    try:
        for provider in (await store.current()).providers.values():
            for capability in provider.capabilities:
                for number in (1, 0):
                    model = model_id(f"{provider.slug}-{capability}-{number}")
                    await selection.select(SelectModel(Slot(provider.slug, capability), model), CLI_ACTOR)
        password = secrets.token_urlsafe(24)
        await admins.create("bench", password, Role.SUPER)
        return (await container.sign_in().sign_in("bench", password)).session_id
    finally:
        await store.close()


print(asyncio.run(prepare()))
