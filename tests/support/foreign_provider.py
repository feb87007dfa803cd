"""An identity provider that others wrote, oidc-provider-mock, as its package comes: a process of its own with new keys at each start."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit


@contextmanager
def foreign_provider(port: int, *people: Mapping[str, Any]) -> Iterator[str]:
    """Its origin, which is its issuer. It knows these people, whose groups stand in the token."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MODELDESK_")}
    known = [word for person in people for word in ("--user-claims", json.dumps(person))]
    words = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *known, "--require-nonce", "true"]
    origin = f"http://127.0.0.1:{port}"
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=own) as running:
        try:
            while True:
                try:
                    urllib.request.urlopen(f"{origin}/jwks", timeout=10).close()
                    break
                except OSError:
                    assert running.poll() is None, "the provider did not start"
                    time.sleep(0.05)  # leaves the processor to the starting server
            yield origin
        finally:
            running.terminate()


def authorized(url: str, subject: str) -> str:
    """The query that a browser is sent back with, after the person has signed in at this address of the provider."""
    there = urlsplit(url)
    with closing(HTTPConnection(there.netloc, timeout=30)) as connection:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", f"{there.path}?{there.query}", urlencode({"sub": subject}), form)
        answer = connection.getresponse()
        assert answer.status == 302, answer.read()
        return urlsplit(answer.headers["Location"]).query
