"""What the pages of the panel show while a key is entered, used and refused there."""

from collections.abc import Iterator

from attrs import evolve

from tests.support.app import App
from tests.support.asgi import Answer
from tests.support.panel_client import signed_in, text_of


def pages_of(app: App, slug: str, scope: str, key: str) -> Iterator[Answer]:
    """Every page that has to do with the key, and every form that takes one, right and wrong; as text, whatever they were packed in."""
    client = signed_in(app, "sara" if scope == "shared" else "nima")
    place = f"/admin/keys/{slug}/{scope}"
    forms = [
        (place, {"api_key": key}),
        (place, {"api_key": f"{key} {key}"}),
        (place, {"apikey": key}),
        (place, {"api_key": key[:6]}),
        (f"{place}/check", {"api_key": key}),
        (f"/admin/providers/{slug}/chat/refresh", {"next": key}),
        ("/admin/account/password", {"current": key, "new": key, "again": key}),
        ("/admin/keys/nobody/shared", {"api_key": key}),
    ]
    token = client.token()
    answers = [client.post(path, {"csrf_token": token, **fields}) for path, fields in forms]
    answers += [client.post("/admin/sign-in", {"username": "sara", "password": key}), client.post(place, {"api_key": key})]
    looked_at = (
        "",
        "/keys",
        "/providers",
        f"/providers/{slug}",
        f"/providers/{slug}/chat",
        f"/keys/{slug}/{scope}",
        "/account",
        "/audit",
        "/import",
    )
    answers += [client.get(f"/admin{path}") for path in looked_at]
    assert (answers[0].status, answers[-1].status) == (303, 200 if scope == "shared" else 403)
    for answer in answers:
        assert answer.status < 500
        yield evolve(answer, body=text_of(answer).encode())
