"""Requests made from the OpenAPI document, good and bad, as everybody: no error of the server, and every answer is as it is described."""

import io
import json
import os
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
import requests
import schemathesis
import urllib3
from attrs import define
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from modeldesk.adapters.memory.contents import Contents
from tests.support.app import DECLARED, App, Client
from tests.support.fake_vendors import vendor_models

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
WHO = ("", "nima", "sara")
VENDOR_FAILED = 502
"""Not ours to answer for; the document names it where a vendor is asked."""


class AtTheApplication(requests.adapters.HTTPAdapter):
    """Takes what requests would send over the wire to a visitor of the application."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.client = client

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:  # type: ignore[override] # nothing else of it is asked for
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in ("host", "content-length", "cookie")]
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = self.client.ask(request.method or "GET", request.path_url, body or None, [(name, str(value)) for name, value in headers])
        raw = urllib3.HTTPResponse(
            io.BytesIO(answer.body),
            urllib3.HTTPHeaderDict(answer.headers),
            answer.status,
            request_method=request.method,
            preload_content=False,
        )
        return self.build_response(request, raw)


@pytest.fixture(scope="module")
def document(built: tuple[App, Contents]) -> Any:
    app, _ = built
    return schemathesis.openapi.from_dict(app.client().ask("GET", "/schema/openapi.json").json)


@define
class Visitors:
    """Each person has signed in once, or never signs in."""

    app: App
    _signed_in: Mapping[str, tuple[Contents, str | None]]

    @classmethod
    def of(cls, built: tuple[App, Contents]) -> "Visitors":
        app, contents = built
        signed_in: dict[str, tuple[Contents, str | None]] = {"": (contents, None)}
        for name in filter(None, WHO):
            cookie = app.renew(contents).signed_in(name).cookie
            signed_in[name] = (app.store.contents, cookie)
        return cls(app, signed_in)

    def come(self, name: str) -> Client:
        """To a reset application: no request affects another."""
        contents, cookie = self._signed_in[name]
        self.app.renew(contents)
        self.app.vendors.lists["acme"] = vendor_models("gpt-5", "gpt-image-1")
        return self.app.client(cookie)


def asked(built: tuple[App, Contents], document: Any, examples: int, number: int) -> Counter[int]:
    """Every operation, by everybody, with good requests and with bad ones: how often each status came."""
    statuses, visitors = Counter[int](), Visitors.of(built)
    for result in document.get_all_operations():
        operation = result.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.path_parameters):
                continue  # there is nothing that could be wrong

            @seed(number)
            @settings(
                max_examples=examples,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def everybody_asks(case: schemathesis.Case) -> None:
                for name in WHO:
                    session = requests.Session()
                    session.mount("http://", AtTheApplication(visitors.come(name)))
                    response = case.call(base_url="http://127.0.0.1:8000", session=session)
                    statuses[response.status_code] += 1
                    ours = [] if response.status_code == VENDOR_FAILED else [not_a_server_error]
                    case.validate_response(response, checks=[*CHECKS, *ours])

            everybody_asks()
    return statuses


def test_answers_are_as_described(built: tuple[App, Contents], document: Any) -> None:
    """A few requests of each kind."""
    assert len(DECLARED) == 3
    statuses = asked(built, document, examples=1, number=20261124)
    assert {200, 401, 403, 404, 422} <= set(statuses)


@pytest.mark.nightly
def test_many_answers_are_as_described(built: tuple[App, Contents], document: Any) -> None:
    """At least 50,000 of them."""
    begun, number = time.perf_counter(), int(os.environ.get("MODELDESK_TEST_SEED", "1"))
    statuses = asked(built, document, examples=int(os.environ.get("MODELDESK_TEST_EXAMPLES", "450")), number=number)
    print(json.dumps({"name": "schemathesis", "cases": sum(statuses.values()), "violations": 0, "seed": number,
                      "seconds": round(time.perf_counter() - begun, 1), "statuses": statuses, "version": schemathesis.__version__}))  # fmt: skip
