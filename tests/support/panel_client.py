"""The panel without a browser: a visitor with a jar of cookies who opens pages and sends their forms."""

import gzip
import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urlencode

from attrs import Factory, define

from tests.support.app import OWN_ORIGIN, PASSWORD, App
from tests.support.asgi import Answer, asked

FORM = ("content-type", "application/x-www-form-urlencoded")
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@define
class PanelClient:
    """Sends what a browser would: cookies by name, and an Origin with each form."""

    app: App
    cookies: dict[str, str] = Factory(dict)
    origin: str | None = OWN_ORIGIN
    language: str = "en"

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.ask("GET", path, b"", dict(headers or {}))

    def post(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """As it is: a token only where the fields hold one."""
        return self.app.run(self.posting(path, fields, headers))

    async def posting(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """As `post`, beside other requests."""
        given = {FORM[0]: FORM[1], **({"origin": self.origin} if self.origin else {}), **(headers or {})}
        return await self._asking("POST", path, urlencode(fields).encode(), given)

    def send(self, path: str, fields: Mapping[str, str] | None = None, page: str = "/admin/account") -> Answer:
        """A form of a page, with the token that stands there."""
        return self.post(path, {"csrf_token": self.token(page), **(fields or {})})

    def token(self, page: str = "/admin/account") -> str:
        found = _TOKEN.search(text_of(self.get(page)))
        assert found
        return unescape(found[1])

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        return self.post("/admin/sign-in", {"username": name, "password": password})

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        return self.app.run(self._asking(method, path, body, headers))

    async def _asking(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        given = {"accept-language": self.language, **headers}
        if body:
            given["content-length"] = str(len(body))
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        wire = [(name.encode(), value.encode("latin-1")) for name, value in given.items()]
        coming = [{"type": "http.request", "body": body, "more_body": False}]
        answer = await asked(self.app.litestar, method, path, wire, coming, None)
        for cookie in answer.all("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value.strip('"')
            else:
                self.cookies.pop(name, None)
        return answer


def text_of(answer: Answer) -> str:
    """The page, without the places at which a long id may break."""
    body = gzip.decompress(answer.body) if answer.one("content-encoding") == "gzip" else answer.body
    return body.decode().replace("<wbr>", "")


def signed_in(app: App, name: str) -> PanelClient:
    client = PanelClient(app)
    assert client.sign_in(name).status == 303
    return client
