"""The worst that each route may be sent, up to the limits: heads, texts and bodies that once took long, and some that might."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from attrs import evolve, field, frozen
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.permissions import Right, has_right
from modeldesk.entrypoints.api.head_bounds import LARGEST_HEADERS, LONGEST_PATH, LONGEST_QUERY, MOST_PARAMETERS
from modeldesk.entrypoints.panel.forms import MOST_FIELDS
from modeldesk.entrypoints.rights import RIGHT

WRITES = ("POST", "PUT", "PATCH", "DELETE")
KNOWN = {
    "slug": "acme",
    "provider": "acme",
    "capability": "chat",
    "use": "support",
    "key": "support.object",
    "model": "acme/model-1",
    "whose": "personal",
    "handle": "0123456789abcdef",
    "name": "nima",
    "path": "x",
}
"""What placeholders of paths are filled with, so that a handler goes on as far as it can."""

PLACEHOLDER = re.compile(r"\{(\w+):\w+\}")
LARGEST_BODY = 1024 * 1024

MARKS = "a" + "\u0315" * 700_000 + "\u0327" * 700_000
ARABIC = "\ufdfa" * 400_000
"""One character of it is eighteen in compatibility form."""


@frozen
class Served:
    """A route by one method. `right` is None for what stands outside the API and the panel; `largest` is the largest body in bytes."""

    method: str
    path: str
    right: Right | None
    largest: int

    @property
    def is_panel(self) -> bool:
        return self.path.startswith("/admin")

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@frozen
class WorstRequest:
    """`target` and `headers` are text in Latin-1; `kind` says what is bad about it."""

    route: Served
    kind: str
    target: str
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = field(default=b"", repr=False)


def served_routes(app: Litestar) -> list[Served]:
    """All of them, by every method but OPTIONS and HEAD, from the table of routes: a new one needs no line here."""
    return [
        Served(method, route.path, handler.opt.get(RIGHT), _largest(handler))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"})
    ]


def is_open_to(route: Served, role: Role) -> bool:
    """Whether this role, or a stranger, is let in. Everybody else's are refused before anything but the head is read."""
    return route.right is None or has_right(route.right, role)


def worst_requests(route: Served) -> Iterator[WorstRequest]:
    """All of them for one route."""
    target = _filled(route.path)
    for kind, headers in heads().items():
        yield WorstRequest(route, f"head: {kind}", target, headers)
    for kind, query in queries().items():
        yield WorstRequest(route, f"query: {kind}", f"{target}?{query}")
    if "{" in route.path:
        for kind, text in _path_texts().items():
            yield WorstRequest(route, f"path: {kind}", _filled(route.path, text))
    if route.method in WRITES:
        described = {**(forms if route.is_panel else bodies)(route.largest)}
        if route.right is Right.IMPORT:
            described |= {kind: body for kind, body in declarations(route).items() if len(body[1]) <= route.largest}
            target += "?dry_run=true"  # the others need the desk as it is
        for kind, (content_type, body) in described.items():
            yield WorstRequest(route, f"body: {kind}", target, {"Content-Type": content_type}, body)


def with_field(request: WorstRequest, name: str, value: str) -> WorstRequest:
    """The form with one more field before all others; any other request as it is."""
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        return evolve(request, body=f"{name}={quote(value)}&".encode() + request.body[: request.route.largest - 200])
    if kind.startswith("multipart/form-data; boundary=b") and request.body:
        part = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        return evolve(request, body=part.encode() + request.body[: request.route.largest - 400])
    return request


def heads() -> dict[str, dict[str, str]]:
    """Headers up to the bound."""
    room = LARGEST_HEADERS - 2_000
    return {
        "CSRF tokens": {"X-CSRF-Token": "a" * 4_000, "Authorization": f"Bearer {'a' * 4_000}", "X-Other": "a" * (room - 9_000)},
        "one token": {"X-CSRF-Token": "ab" * (room // 2)},
        "cookies": {"Cookie": "a=1;" * (room // 4)},
        "cookie": {"Cookie": f"admin_session_id={'a' * room}"},
        "If-Match": {"If-Match": '"' + "1" * room + '"'},
        "tags": {"If-None-Match": 'W/"' * (room // 3)},
        "hops": {"X-Forwarded-For": "fe80::1%" + "a" * (room // 2) + ",1.1.1.1" * (room // 16)},
        "languages": {"Accept-Language": "de-" * (room // 6) + ",a;q=0.1" * (room // 16)},
        "encodings": {"Accept-Encoding": "gzip;q=0," * (room // 9)},
        "type": {"Content-Type": "application/json;" + ' a="\\" ' * (room // 8)},
        "spaces": {"Content-Type": "multipart/form-data;" + " " * room + "x"},
    }


def queries() -> dict[str, str]:
    """Query strings up to the bound."""
    long = "a" * (LONGEST_QUERY - 100)
    marks = ("%CC%95" * (LONGEST_QUERY // 12 - 20)) + ("%CC%A7" * (LONGEST_QUERY // 12 - 20))
    known = "provider=acme&capability=chat"
    return {
        "parameters": "&".join(f"{number}={'x' * 60}" for number in range(MOST_PARAMETERS)),
        "known ones": "&".join(f"slug=a{number}" for number in range(MOST_PARAMETERS)),
        "a search of many words": f"{known}&search={'a+' * (LONGEST_QUERY // 2 - 50)}",
        "a search that all match": f"{known}&explain=true&sort=name&search={'+'.join(sorted({*'-modelxyz0'}))}",
        "everything": f"{known}&explain=true&sort=-name&limit=10000",
        "a search of marks": f"{known}&search=a{marks}",
        "a search of ligatures": f"{known}&search={'%EF%B7%BA' * (LONGEST_QUERY // 9 - 20)}",
        "a long name": f"{long}=1",
        "a long value": f"provider={long}&next={long[:10]}&token={long[:50]}",
        "percents": "%" * (LONGEST_QUERY - 10),
        "next": f"next=/admin/{'a' * (LONGEST_QUERY - 100)}",
        "token": f"token={long}",
    }


def _path_texts() -> dict[str, str]:
    return {
        "letters": "a" * (LONGEST_PATH // 2),
        "hyphens": "a-" * (LONGEST_PATH // 4) + "_",
        "marks": "a" + "%CC%95" * (LONGEST_PATH // 14) + "%CC%A7" * (LONGEST_PATH // 28),
        "escapes": "%00" * 100,
    }


@lru_cache(1)  # most routes take as much as the one before
def bodies(largest: int) -> dict[str, tuple[str, bytes]]:
    """JSON up to the bound, valid and broken."""
    texts: Mapping[str, Any] = {
        "marks": {
            "provider": "acme",
            "model_name": _cut(MARKS, largest // 2 - 100),
            "username": _cut(MARKS, largest // 4),
            "capability": "chat",
        },
        "ligatures": {"provider": _cut(ARABIC, largest - 100)},
        "a consumer": {"context": {"targetingKey": _cut(MARKS, largest - 100)}},
        "names": {"provider": "a" * (largest - 100)},
    }
    made = {kind: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()[:largest] for kind, value in texts.items()}
    members = ",".join([f'"{number}":0' for number in range(largest // 12)])
    made |= {  # as texts: encoding millions of objects takes seconds
        "members": f"{{{members}}}".encode()[:largest],
        "facts of a consumer": b'{"context":{"targetingKey":"shop","facts":[' + b'{"a":"b"},' * (largest // 12 - 1) + b'{"a":"b"}]}}',
        "objects": b"[" + b"{}," * (largest // 4 - 1) + b"{}]",
    }
    made |= {
        "broken at the end": made["members"][:-1] + b",",
        "depth": b"[" * largest,
        "braces": b'{"a":' * (largest // 5),
        "a number": b"1" * largest,
        "a fraction": b"[1." + b"1" * (largest - 10) + b"e9]",
        "numbers": b"[" + b"1e5," * (largest // 4 - 2) + b"1]",
        "escapes": b'{"a":"' + rb"\u0041" * ((largest - 20) // 6) + b'"}',
        "surrogates": b'{"a":"' + rb"\ud800" * ((largest - 20) // 6) + b'"}',
        "repeats": b'{"a":1' + b',"a":1' * (largest // 6 - 4) + b"}",
        "an open string": b'{"password":"' + b"a" * (largest - 20),
        "secrets": b'{"password":"aaaaaaaa",' * (largest // 23),
        "spaces": b'{"new"' + b" " * (largest - 20) + b":1}",
        "quotes": b'"' * largest,
        "bytes": b"\xff" * largest,
        "lines": b"\n" * largest,
    }
    return {kind: ("application/json", body[:largest]) for kind, body in made.items()}


def declarations(route: Served) -> dict[str, tuple[str, bytes]]:
    """Declarations up to the bound: one that is good, one in which everything is wrong, and one that breaks at its end."""
    models = [{"id": f"model-{number}", "name": "a model", "context_length": 8_000} for number in range(20_000)]
    usual = {"name": "Acme", "capabilities": {"chat": {"supported": True, "models": models}}}
    count = max(1, (route.largest - 1_000) // len(json.dumps(usual)))
    good = {"version": "1.0.0", "providers": [{"slug": f"worst-{number}", **usual} for number in range(count)]}
    wrong = {"version": "1.0.0", "providers": [{"slug": "Wrong!", "nmae": number} for number in range((route.largest - 1_000) // 40)]}
    made = {"a declaration": json.dumps(good).encode(), "mistakes": json.dumps(wrong).encode()}
    made["a broken declaration"] = made["a declaration"][:-1] + b","
    if not route.is_panel:
        return {kind: ("application/json", body) for kind, body in made.items()}
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="providers.json"\r\nContent-Type: application/json\r\n\r\n'
    return {kind: ("multipart/form-data; boundary=b", head + body + b"\r\n--b--\r\n") for kind, body in made.items()}


@lru_cache(1)
def forms(largest: int) -> dict[str, tuple[str, bytes]]:
    """Forms up to the bound, as browsers send them and as they do not."""
    plain, text = "application/x-www-form-urlencoded", "a" * (largest - 100)
    part = b'--b\r\nContent-Disposition: form-data; name="username"\r\nContent-Type: text/plain; charset=punycode\r\n\r\n'
    file = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n'
    return {
        "fields": (plain, b"&".join(b"a=" for _ in range(largest // 3))),
        "few fields": (plain, b"&".join(b"f%d=%s" % (number, b"<" * (largest // MOST_FIELDS - 10)) for number in range(MOST_FIELDS))),
        "a name": (plain, f"username={text}&password=x".encode()[:largest]),
        "marks": (plain, b"username=a" + b"%CC%95" * (largest // 14) + b"%CC%A7" * (largest // 28) + b"&password=x"),
        "a password": (plain, f"username=sara&password={text}".encode()[:largest]),
        "kept": (plain, b"kept:text=" + b"%3C" * (largest // 3 - 10)),
        "a token": (plain, f"csrf_token={text}".encode()[:largest]),
        "percents": (plain, b"%" * largest),
        "a charset": ("multipart/form-data; boundary=b", part + b"-" + b"ba" * (largest // 2 - 200) + b"\r\n--b--\r\n"),
        "parts": ("multipart/form-data; boundary=b", (file + b"\r\n") * (largest // (len(file) + 2) - 1) + b"--b--\r\n"),
        "boundaries": ("multipart/form-data; boundary=b", b"\r\n--" * (largest // 4)),
        "a file": ("multipart/form-data; boundary=b", file + text.encode()[: largest - 200] + b"\r\n--b--\r\n"),
    }


def _largest(handler: HTTPRouteHandler) -> int:
    own = handler.request_max_body_size
    return own if isinstance(own, int) else LARGEST_BODY


def _filled(path: str, text: str | None = None) -> str:
    if text is not None:
        return PLACEHOLDER.sub(lambda _: text, path, count=1).partition("/{")[0]
    return PLACEHOLDER.sub(lambda found: KNOWN.get(found[1], "x"), path)


def _cut(text: str, largest: int) -> str:
    return text.encode()[:largest].decode(errors="ignore")
