"""Measures live lists: the memory of twenty long ones, and searching one compared with browsing a static list. Uses only wrk besides Python.

    python bench/live.py [--providers 20] [--models 5000] [--tls] [--seconds 4] [--rounds 3]

A vendor on loopback serves the lists, over TLS if asked to. Modeldesk runs with one worker. Memory is the worker's resident memory in MiB before and
after browsing every list for two capabilities. Rates are wrk's, alternating; `--rounds 0` measures the memory alone.
"""

import argparse
import http.cookiejar
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from loopback import free_port

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tests.support.certificates import Certificates

MODELDESK = str(pathlib.Path(sys.executable).with_name("modeldesk"))
PASSWORD = "a long bench password"
LUA = """
local words = {%s}
local at = 0
request = function()
  at = at %% #words + 1
  return wrk.format("GET", "/api/admin/ai-models/browse-models/?provider=vendor-00&capability=chat&limit=50&search=" .. words[at])
end
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--providers", type=int, default=20)
    parser.add_argument("--models", type=int, default=5_000)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="modeldesk-live-") as folder:
        certificates = Certificates(pathlib.Path(folder)) if options.tls else None
        vendor = serve_lists(options.providers, options.models, certificates)
        server = Server(pathlib.Path(folder), f"localhost:{vendor}", options)
        try:
            memory(server, options)
            if not shutil.which("wrk"):
                print("wrk is not installed: rates are not measured")
            elif options.rounds:
                searching(server, options)
        finally:
            server.stop()


def memory(server: "Server", options: argparse.Namespace) -> None:
    server.get("/ai/dashboard/overview/")
    idle = server.resident()
    started = time.perf_counter()
    for number in range(options.providers):
        for capability in ("chat", "content"):
            server.get(f"/ai-models/browse-models/?provider=vendor-{number:02d}&capability={capability}&limit=50")
    seconds, held = time.perf_counter() - started, server.resident()
    details = {"providers": options.providers, "tls": options.tls, "models_each": options.models, "seconds_cold": round(seconds, 2)}
    print(
        json.dumps(
            {
                "name": "memory above idle, MiB",
                **details,
                "idle": idle,
                "held": held,
                "above": round(held - idle, 1),
                "promise": "at most 60",
            }
        )
    )


def searching(server: "Server", options: argparse.Namespace) -> None:
    draw = random.Random(5)
    words = [
        f"model-{draw.randrange(options.models):05d}" if draw.random() < 0.5 else f"vendor{draw.randrange(60):02d}" for _ in range(4_000)
    ]
    words += [f"instruct+{draw.randrange(options.models)}" for _ in range(1_000)]
    script = server.folder / "search.lua"
    script.write_text(LUA % ",".join(f'"{word}"' for word in words))
    ratios = []
    for _ in range(options.rounds):
        static = server.rate("/api/admin/ai-models/browse-models/?provider=static&capability=chat", options.seconds)
        searched = server.rate("/", options.seconds, script)
        ratios.append(searched / static)
        print(f"  static {static:,.0f}/s, search {searched:,.0f}/s, {searched / static:.2f}")
    print(
        json.dumps(
            {"name": "search of 5,000 / browse of a static list", "ratio": round(statistics.median(ratios), 2), "promise": "at least 0.25"}
        )
    )


class Server:
    """A running Modeldesk server with its own folder, and a signed-in admin."""

    def __init__(self, folder: pathlib.Path, vendor: str, options: argparse.Namespace) -> None:
        self.folder = folder
        chat = {"supported": True, "has_dynamic_models": True}
        live = [
            {
                "slug": f"vendor-{number:02d}",
                "name": f"Vendor {number}",
                "api_base_url": f"{'https' if options.tls else 'http'}://{vendor}/{number}",
                "capabilities": {"chat": chat, "content": chat},
            }
            for number in range(options.providers)
        ]
        static = {
            "slug": "static",
            "name": "Static",
            "capabilities": {"chat": {"supported": True, "models": [f"static-chat-{k}" for k in range(8)]}},
        }
        (folder / "providers.json").write_text(json.dumps({"version": "1.0.0", "providers": [*live, static]}))
        self.environment = {**os.environ, "MODELDESK_ALLOWED_HOSTS_OUTBOUND": vendor}
        if options.tls:
            self.environment["MODELDESK_CA_FILE"] = str(folder / "authority.pem")
        self.run("import-providers")
        self.run("admin", "create", "bench", "--password-stdin", typed=PASSWORD + "\n")
        self.port = free_port()
        self.process = subprocess.Popen(
            [MODELDESK, "serve", "--port", str(self.port)], cwd=folder, env=self.environment, stdout=subprocess.DEVNULL
        )
        self.cookie = self.signed_in()
        self.worker = int(re.findall(r"\d+", pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text())[-1])

    def run(self, *words: str, typed: str = "") -> None:
        subprocess.run([MODELDESK, *words], cwd=self.folder, env=self.environment, input=typed, text=True, check=True, capture_output=True)

    def signed_in(self) -> str:
        body = json.dumps({"username": "bench", "password": PASSWORD}).encode()
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        for _ in range(200):
            try:
                request = urllib.request.Request(
                    f"http://127.0.0.1:{self.port}/api/admin/auth/login/", body, {"Content-Type": "application/json"}
                )
                opener.open(request, timeout=10).read()
                break
            except OSError:
                time.sleep(0.1)
        return next(f"{cookie.name}={cookie.value}" for cookie in jar)

    def get(self, path: str) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/admin{path}", headers={"Cookie": self.cookie})
        body: bytes = urllib.request.urlopen(request, timeout=60).read()
        return body

    def rate(self, path: str, seconds: int, script: pathlib.Path | None = None) -> float:
        lua = ["-s", str(script)] if script else []
        words = ["wrk", "-t1", "-c16", f"-d{seconds}s", *lua, "-H", f"Cookie: {self.cookie}", f"http://127.0.0.1:{self.port}{path}"]
        output = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in output:
            sys.exit(f"some responses failed:\n{output}")
        return float(re.findall(r"Requests/sec:\s+([\d.]+)", output)[0])

    def resident(self) -> float:
        status = pathlib.Path(f"/proc/{self.worker}/status").read_text()
        return round(int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024, 1)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def serve_lists(count: int, models: int, certificates: Certificates | None) -> int:
    """Serves a long list for each provider on loopback until this process ends. Returns the port."""

    def entry(provider: int, number: int) -> dict[str, object]:
        prompt = (number * 7 + provider) % 2_000
        return {
            "id": f"vendor{number % 60:02d}/model-{number:05d}-instruct-{provider}",
            "name": f"Vendor{number % 60:02d}: Model {number:05d} Instruct",
            "object": "model",
            "created": 1_750_000_000 + number * 86_400 // 50,
            "context_length": 128_000 if number % 3 else 200_000,
            "architecture": {"input_modalities": ["text", "image"] if number % 4 else ["text"], "output_modalities": ["text"]},
            "pricing": {"prompt": f"{prompt / 1e8:.8f}", "completion": f"{prompt * 4 / 1e8:.8f}"},
        }

    class Vendor(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider = int(self.path.split("/")[1])
            body = json.dumps({"object": "list", "data": [entry(provider, number) for number in range(models)]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
    if certificates is not None:
        server.socket = certificates.server("good").wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


if __name__ == "__main__":
    main()
