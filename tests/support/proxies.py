"""The proxies of `deploy/` at work: Caddy and nginx with the shipped files, over ports and certificates that anybody may use."""

import os
import re
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from shutil import which

import pytest
from attrs import frozen

from tests.support.certificates import Certificates
from tests.support.deploy_files import text_of
from tests.support.ports import free_port
from tests.support.served_desk import until

CLIENT = "127.0.0.2"
"""Where the requests of the tests come from, so that they are told from the proxy's own."""

PROXY = "127.0.0.1"


@frozen
class Proxy:
    """One that runs, and passes requests on to `upstream`."""

    secure: int
    plain: int
    upstream: int
    context: ssl.SSLContext
    refuses_by_length: bool

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.secure}"

    def connect(self) -> HTTPSConnection:
        return HTTPSConnection("localhost", self.secure, timeout=30, context=self.context, source_address=(CLIENT, 0))

    def connect_plain(self) -> HTTPConnection:
        return HTTPConnection(PROXY, self.plain, timeout=30)


@contextmanager
def running(name: str, folder: Path) -> Iterator[Proxy]:
    """`caddy` or `nginx`, or each with its sample below a path (`caddy-path`), until the end of the block; a skip where it is not installed."""
    kind, _, below = name.partition("-")
    ending = f"-{below}" if below else ""
    program = which(kind) or which(kind, path="/usr/sbin")
    if program is None:
        pytest.skip(f"{kind} is not installed")
    secure, plain, upstream = free_port(), free_port(), free_port()
    words, certificate = (_caddy if kind == "caddy" else _nginx)(folder, secure, plain, upstream, ending)
    settings = {**os.environ, "DESK_HOST": f"https://localhost:{secure}", "DESK_UPSTREAM": f"{PROXY}:{upstream}", "HOME": str(folder)}
    with (folder / "proxy.log").open("w") as log, subprocess.Popen([program, *words], env=settings, stdout=log, stderr=log) as process:
        try:
            until(lambda: process.poll() is not None or (certificate.exists() and _answers(secure, certificate)))
            assert process.poll() is None, (folder / "proxy.log").read_text(encoding="utf-8")
            yield Proxy(secure, plain, upstream, ssl.create_default_context(cafile=str(certificate)), kind == "nginx")
        finally:
            process.terminate()


def _caddy(folder: Path, secure: int, plain: int, upstream: int, ending: str) -> tuple[list[str], Path]:
    """Its own authority signs for `localhost`; ports, and where that authority is kept, stand before the shipped file."""
    options = f"http_port {plain}\nhttps_port {secure}\nadmin off\nskip_install_trust\nstorage file_system {folder}/caddy\n"
    (folder / "Caddyfile").write_text(f"{{\n{options}}}\n{text_of(f'Caddyfile{ending}')}", encoding="utf-8")
    return ["run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")], folder / "caddy/pki/authorities/local/root.crt"


def _nginx(folder: Path, secure: int, plain: int, upstream: int, ending: str) -> tuple[list[str], Path]:
    """In the foreground, with its temporary files in the folder."""
    Certificates(folder).server("good")
    site = re.sub(r"(ssl_certificate(?:_key)?) \S+;", rf"\1 {folder}/good.pem;", text_of(f"nginx{ending}.conf"))
    for given, used in (("80", plain), ("443", secure)):
        site = re.sub(rf"listen {given}\b", f"listen {used}", re.sub(rf"\n +listen \[::\]:{given}\b.*;", "", site))
    site = site.replace("127.0.0.1:8000", f"{PROXY}:{upstream}").replace("https://$host$request_uri", f"https://$host:{secure}$request_uri")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    http = f"http {{ access_log off;\n{places}{site} }}"
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folder of a test is its user's alone
    head = f"daemon off;\n{user}pid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
    (folder / "nginx.conf").write_text(head + http, encoding="utf-8")
    return ["-e", "stderr", "-c", str(folder / "nginx.conf")], folder / "authority.pem"


def _answers(port: int, certificate: Path) -> bool:
    """With a certificate of its own: Caddy listens before it has signed one."""
    with suppress(OSError):
        context = ssl.create_default_context(cafile=str(certificate))
        with closing(HTTPSConnection("localhost", port, timeout=5, context=context)) as connection:
            connection.connect()
        return True
    return False
