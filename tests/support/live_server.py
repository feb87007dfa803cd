"""A desk at work for a browser: the server in a process of its own, and a vendor that answers from this one."""

import json
import os
import re
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from attrs import define, field
from playwright.sync_api import Browser, Page

from tests.support.ports import free_port
from tests.support.preloaded import modeldesk

PASSWORD = "correct horse battery"
KEY = "sk-test-0123456789abcdef"


@define
class LocalVendor:
    """Answers every path with one list, if it is asked with the key; `asked` counts."""

    models: Sequence[Mapping[str, Any]] = ()
    key: str | None = KEY
    asked: int = 0
    _server: ThreadingHTTPServer | None = field(default=None, init=False)

    @property
    def host(self) -> str:
        assert self._server is not None
        return f"127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        vendor = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                vendor.asked += 1
                is_known = vendor.key is None or self.headers.get("Authorization") == f"Bearer {vendor.key}"
                body = json.dumps({"data": list(vendor.models)} if is_known else {"error": {"message": "no such key"}}).encode()
                self.send_response(200 if is_known else 401)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                """A completion of OpenAI's protocol, which says by which model."""
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                is_known = vendor.key is None or self.headers.get("Authorization") == f"Bearer {vendor.key}"
                said = {"role": "assistant", "content": f"this is {asked['model']} at {self.path}"}
                completion = {"id": "1", "object": "chat.completion", "created": 1_790_000_000, "model": asked["model"]}
                choice = {"index": 0, "finish_reason": "stop", "message": said}
                usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
                body = json.dumps(
                    {**completion, "choices": [choice], "usage": usage} if is_known else {"error": {"message": "no such key"}}
                )
                self.send_response(200 if is_known else 401)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class has it so
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


@define
class LiveServer:
    """Where it is served, what it printed at its start, and its folder. `origin` has the path below which it is served, if there is one."""

    origin: str
    printed: str
    folder: Path
    vendor: LocalVendor
    process: "subprocess.Popen[bytes]"

    @property
    def set_up_link(self) -> str:
        found = re.search(r"(http\S+/admin/setup\?token=\S+)", self.printed)
        assert found, self.printed
        return found[1]

    def run(self, *words: str, typed: str = "") -> str:
        """A command at the machine itself."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with modeldesk(*words, folder=self.folder, env=environment(self.vendor), text=True, **pipes) as running:
            out, errors = running.communicate(typed, timeout=60)
        assert running.returncode == 0, errors
        return str(out)

    def session(self, name: str = "sara") -> Any:
        """A new session of this admin, as a browser keeps it. The form is for tests of the form: it takes a browser longer than most pages."""
        body = json.dumps({"username": name, "password": PASSWORD}).encode()
        asking = urllib.request.Request(f"{self.origin}/api/admin/auth/login/", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asking, timeout=30) as answer:
            sent, value = answer.headers["Set-Cookie"].partition(";")[0].split("=", 1)
        usual = {"domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"}
        return {"cookies": [{"name": sent, "value": value.strip('"'), **usual}], "origins": []}

    def admit(self, name: str, role: str = "super") -> None:
        self.run("admin", "create", name, "--role", role, "--password-stdin", typed=PASSWORD)


def environment(vendor: LocalVendor) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("MODELDESK_")}
    return {**own, "MODELDESK_ALLOWED_HOSTS_OUTBOUND": vendor.host}


def declared(*providers: Mapping[str, Any]) -> str:
    return json.dumps({"version": "1.0.0", "providers": providers}, ensure_ascii=False, indent=1)


@contextmanager
def live_server(folder: Path, declaration: str, vendor: LocalVendor, below: str = "") -> Iterator[LiveServer]:
    """A fresh desk with this declaration, served until the end, below this path."""
    (folder / "providers.json").write_text(declaration, encoding="utf-8")
    port = free_port()
    origin = f"http://127.0.0.1:{port}{below}"
    given = {**environment(vendor), **({"MODELDESK_PUBLIC_URL": origin} if below else {})}
    with (folder / "printed").open("wb") as printed:
        serving = modeldesk("serve", "--port", str(port), folder=folder, stdout=printed, stderr=subprocess.STDOUT, env=given)
    try:
        ready(f"{origin}/health/ready", serving)
        yield LiveServer(origin, (folder / "printed").read_text(encoding="utf-8"), folder, vendor, serving)
    finally:
        serving.terminate()
        serving.wait(timeout=30)


def ready(address: str, serving: "subprocess.Popen[bytes]") -> None:
    """Waits until this address answers."""
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                assert answer.status == 200
            return
        except OSError:
            assert serving.poll() is None, "the server did not start"
            time.sleep(0.02)  # leaves the processor to the starting server


def signed_in(
    browser: Browser, desk: LiveServer, language: str = "en", scheme: str = "light", width: int = 1280, height: int = 800
) -> Page:
    """A window of this size in which sara is signed in."""
    window = {"locale": language, "color_scheme": scheme, "viewport": {"width": width, "height": height}}
    page = browser.new_context(storage_state=desk.session(), **window).new_page()  # type: ignore[arg-type]
    page.goto(f"{desk.origin}/admin/")
    return page
