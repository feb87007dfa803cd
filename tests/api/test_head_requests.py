"""HEAD at every address that answers GET: the same status and headers, and no body."""

import re
from collections.abc import Mapping, Sequence

from litestar.routes import HTTPRoute

from tests.support.app import App
from tests.support.asgi import Answer

SAME_ID = (("x-request-id", "one"),)
IN_PLACE = {"slug": "acme", "provider": "acme", "capability": "chat", "whose": "shared", "use": "acme"}
"""What stands for the parts of an address; `nothing` for all others."""

OF_THE_MOMENT = ("set-cookie",)


def addresses(app: App) -> Sequence[str]:
    """Of every route that answers GET, those of the panel and of the API reference too."""
    paths = {route.path for route in app.litestar.routes if isinstance(route, HTTPRoute) and "GET" in route.methods}
    return sorted({re.sub(r"{(\w+):\w+}", lambda part: IN_PLACE.get(part[1], "nothing"), path) for path in paths})


def described(answer: Answer) -> tuple[int, Mapping[str, str]]:
    return answer.status, {name: value for name, value in answer.headers if name not in OF_THE_MOMENT}


def test_whatever_answers_get_answers_head(app: App) -> None:
    """For a super admin and for nobody; monitors, proxies and checkers of links ask so."""
    cookie = app.signed_in("sara").cookie
    found = addresses(app)
    assert {"/schema", "/schema/openapi.json", "/admin", "/admin/providers/acme/chat", "/metrics", "/api/events"} <= set(found)
    signed_in = app.store.contents
    statuses = set[int]()
    for path in found:
        for client in (app.client(cookie), app.client()):
            app.renew(signed_in)
            get = client.ask("GET", path, headers=SAME_ID)
            app.renew(signed_in)
            head = client.ask("HEAD", path, headers=SAME_ID)
            assert described(head) == described(get), path
            assert (head.body, head.status == 405) == (b"", False), path
            statuses.add(head.status)
    assert {200, 303, 401, 404} <= statuses
