"""The owner's guide, replayed from an empty folder: commands and calls as a user would type them, through real processes."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.ports import free_port
from tests.support.preloaded import ROOT, modeldesk

PASSWORD = "correct horse battery"

CLAUDE = {
    "slug": "anthropic",
    "name": "Anthropic",
    "display_name": "Anthropic Claude",
    "description": "Claude 3.5 Sonnet - بهترین برای کدنویسی و تحلیل",
    "provider_class": "src.ai.providers.anthropic.AnthropicProvider",
    "api_base_url": "https://api.anthropic.com/v1",
    "capabilities": {
        "chat": {
            "supported": True,
            "has_dynamic_models": False,
            "description": "Claude 3.5 Sonnet, Claude 3 Opus",
            "models": ["claude-3-5-sonnet-20241022", "claude-3-opus-20240229", "claude-3-haiku-20240307"],
        },
        "content": {"supported": True, "has_dynamic_models": False, "description": "تولید محتوا با Claude"},
        "image": {"supported": False},
        "audio": {"supported": False},
    },
    "config": {"supports_streaming": True, "max_retry": 3, "timeout": 60},
    "pricing_info": {"type": "pay_per_use", "minimum_credit": 5, "free_tier": False},
    "sort_order": 7,
    "is_active": True,
    "is_recommended": True,
}
OPENAI = {"slug": "openai", "name": "OpenAI", "capabilities": {"chat": {"supported": True, "models": ["gpt-4o"]}}, "sort_order": 1}
COHERE = {
    "slug": "cohere",
    "name": "Cohere",
    "display_name": "Cohere AI",
    "provider_class": "src.ai.providers.cohere.CohereProvider",
    "capabilities": {"chat": {"supported": True, "has_dynamic_models": False, "models": ["command-r", "command-r-plus"]}},
    "sort_order": 8,
}
LIVE = {"chat": {"supported": True, "has_dynamic_models": True}}
GROQ = {"slug": "groq", "name": "Groq", "capabilities": LIVE, "sort_order": 9}
OPENROUTER = {
    "slug": "openrouter",
    "name": "OpenRouter",
    "api_base_url": "https://127.0.0.1:1/api/v1",
    "capabilities": LIVE,
    "sort_order": 10,
}
"""At an address where nobody listens, and which is not a public one."""


class Folder:
    """An empty folder, and the commands typed in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("MODELDESK_")}

    def declare(self, *providers: object) -> None:
        self.write("providers.json", json.dumps({"version": "1.0.0", "providers": providers}, ensure_ascii=False))

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")

    def type(self, *words: str, typed: str = "", exits: int = 0) -> str:
        """Runs one command and gives what it printed."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with modeldesk(*words, folder=self.path, env=self.environment, text=True, **pipes) as running:
            out, errors = running.communicate(typed, timeout=60)
        assert running.returncode == exits, out + errors
        assert "Traceback" not in errors
        return str(out if exits == 0 else errors)

    def dump(self) -> str:
        return self.type("export") + self.type("models", "list", "--format", "json")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@contextmanager
def served(folder: Folder) -> Iterator[str]:
    """A server over that folder, on a free port, for as long as it is needed. Gives its address."""
    port = free_port()
    process = modeldesk(
        "serve", "--port", str(port), folder=folder.path, env=folder.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        address = f"http://127.0.0.1:{port}"
        while True:
            try:
                urllib.request.urlopen(f"{address}/health/live", timeout=5).read()
                break
            except OSError:
                assert process.poll() is None, process.stdout.read() if process.stdout else ""
                time.sleep(0.02)  # leaves the processor to the starting server
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=30)


class Curl:
    """curl, as far as the guide needs it."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address = address
        self.cookie = ""
        self.token = token

    def __call__(self, path: str, body: object = None, *, post: bool = False) -> Any:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.address}/api/admin{path}", data=data, headers=headers, method="POST" if post or body is not None else "GET"
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            if sent := answer.headers.get("Set-Cookie"):
                self.cookie = sent.partition(";")[0]
            return json.loads(answer.read() or b"null")

    def refused(self, path: str) -> tuple[int, str]:
        """The status of a refusal, and its name for programs."""
        with pytest.raises(urllib.error.HTTPError) as caught:
            self(path)
        with caught.value as answer:
            return answer.code, json.loads(answer.read())["type"]


def test_a_dry_run_on_an_empty_folder_makes_nothing(folder: Folder) -> None:
    """No folder, no database, no key: only the lines of what would happen."""
    folder.declare(CLAUDE, COHERE)
    printed = folder.type("import-providers", "--dry-run")
    assert printed.startswith("🔍 Dry run: nothing will be changed\n📦 Found 2 provider(s) to import\n")
    assert "✅ Created: Anthropic Claude (anthropic)" in printed
    assert [path.name for path in folder.path.iterdir()] == ["providers.json"]


def test_importing_as_the_guide_tells_it(folder: Folder) -> None:
    """Created, then skipped, then one updated with its changed field named; a dry run leaves the same dump behind."""
    folder.declare(CLAUDE, COHERE)
    assert "  ✅ Created: 2\n" in folder.type("import_providers")
    again = folder.type("import-providers")
    assert "  ⏭️  Skipped: 2\n" in again
    assert "  ✅ Created: 0\n" in again
    before = folder.dump()
    folder.declare({**CLAUDE, "sort_order": 3}, COHERE)
    assert "1 field differs" in folder.type("import-providers")
    planned = folder.type("import-providers", "--dry-run", "--slug", "anthropic", "--force")
    assert folder.dump() == before
    done = folder.type("import-providers", "--slug", "anthropic", "--force")
    assert planned.split("\n", 1)[1] == done
    assert "📦 Found 1 provider(s) to import" in done
    assert "  🔄 Updated: 1\n" in done
    assert "sort_order" in done
    changed = json.loads(folder.type("import-providers", "--force", "--format", "json"))
    assert changed["unchanged"] == ["anthropic", "cohere"]


def test_pruning_deactivates_what_is_not_declared(folder: Folder) -> None:
    """Never deletes: the provider is still there, and off."""
    folder.declare(CLAUDE, COHERE)
    folder.type("import-providers")
    folder.declare(CLAUDE)
    folder.type("import-providers", "--prune")
    providers = json.loads(folder.type("providers", "list", "--format", "json"))["providers"]
    assert {entry["slug"]: entry["is_active"] for entry in providers} == {"anthropic": True, "cohere": False}


def test_the_older_way_prints_what_the_guide_shows(folder: Folder) -> None:
    """Created, then nothing to do, then updated and deactivated, rules of sixty signs included."""
    script = (
        "providers_data = [\n    {'name': 'OpenAI', 'slug': 'openai', 'display_name': 'OpenAI (ChatGPT, DALL-E)', 'website': 'https://openai.com',"
        " 'api_base_url': 'https://api.openai.com/v1', 'description': 'GPT-4o - بهترین', 'allow_personal_keys': True,"
        " 'allow_shared_for_normal_admins': False, 'is_active': True, 'sort_order': 1},\n"
    )
    folder.write("mine.py", script + "    {'name': 'Google', 'slug': 'google', 'display_name': 'Google Gemini', 'sort_order': 2},\n]\n")
    rule = "=" * 60
    assert folder.type("populate", "mine.py") == (
        f"{rule}\n🚀 Populating AI Providers and Models\n{rule}\n\n📦 Step 1: Creating/Updating Providers...\n"
        f"✅ Created: OpenAI (ChatGPT, DALL-E)\n✅ Created: Google Gemini\n{rule}\n✅ DONE!\n"
        f"   Providers: 2 created, 0 updated, 0 deactivated\n{rule}\n"
    )
    assert "Providers: 0 created, 0 updated, 0 deactivated" in folder.type("populate", "mine.py")
    folder.write("mine.py", script.replace("ChatGPT, DALL-E", "all of it") + "]\n")
    assert "Providers: 0 created, 1 updated, 1 deactivated" in folder.type("populate", "mine.py")


def test_the_shipped_script_runs_by_python_itself(folder: Folder) -> None:
    """`python scripts/populate_ai_providers.py`, and the old command's name for it."""
    script = ROOT / "scripts" / "populate_ai_providers.py"
    done = subprocess.run(
        [sys.executable, str(script)], cwd=folder.path, env=folder.environment, capture_output=True, text=True, check=True
    )
    assert re.search(r"Providers: [0-9]+ created, 0 updated, 0 deactivated", done.stdout)
    assert "0 created, 0 updated, 0 deactivated" in folder.type("runscript", "populate_ai_providers")


def test_choosing_models_by_command_line(folder: Folder) -> None:
    """The second choice is active, the first stored and inactive; a model that no list has is allowed and said to be so, until the declaration
    lists it.
    """
    folder.declare(OPENAI, CLAUDE)
    folder.type("import-providers")
    folder.type("models", "select", "openai", "chat", "gpt-4o")
    folder.type("models", "select", "openai", "chat", "gpt-4.5", "--name", "GPT-4.5 Ultra")
    stored = json.loads(folder.type("models", "list", "--format", "json"))["models"]
    assert [(model["model_id"], model["model_name"], model["is_active"], model["in_catalogue"]) for model in stored] == [
        ("gpt-4.5", "GPT-4.5 Ultra", True, False),
        ("gpt-4o", "GPT-4o", False, True),
    ]
    folder.declare({**OPENAI, "capabilities": {"chat": {"supported": True, "models": ["gpt-4o", "gpt-4.5"]}}}, CLAUDE)
    folder.type("import-providers", "--force")
    active = json.loads(folder.type("models", "list", "--active", "--format", "json"))["models"]
    assert [(model["model_id"], model["model_name"], model["in_catalogue"]) for model in active] == [("gpt-4.5", "GPT-4.5 Ultra", True)]
    folder.type("models", "deselect", "openai", "chat")
    assert json.loads(folder.type("models", "list", "--active", "--format", "json"))["models"] == []


def test_the_guides_calls_as_they_stand(folder: Folder) -> None:
    """Sign in, browse, select, select another, overview, clear the cache: with the cookie alone, as curl sends it."""
    folder.declare(OPENAI, CLAUDE, COHERE, GROQ, OPENROUTER)
    folder.type("admin", "create", "sara", "--password-stdin", typed=PASSWORD + "\n")
    with served(folder) as address:
        curl = Curl(address)
        with pytest.raises(urllib.error.HTTPError, match="401"):
            curl("/ai-providers/")
        assert curl("/auth/login/", {"username": "sara", "password": PASSWORD})["role"] == "super"
        assert curl("/ai-providers/")["count"] == 5

        browsed = curl("/ai-models/browse-models/?provider=anthropic&capability=chat")
        assert (browsed["provider"], browsed["capability"], browsed["source"]) == ("anthropic", "chat", "static")
        first = browsed["models"][0]
        assert (first["id"], first["name"], first["is_free"]) == ("claude-3-5-sonnet-20241022", "Claude Sonnet 3.5 v2", False)
        assert first["pricing"]["prompt"] == "3.00"

        choice = {
            "provider": "anthropic",
            "capability": "chat",
            "model_id": first["id"],
            "model_name": "Claude 3.5 Sonnet",
            "is_free": False,
        }
        assert curl("/ai-models/select-model/", choice)["is_active"] is True
        second = curl("/ai-models/select-model/", {**choice, "model_id": "claude-3-opus-20240229", "model_name": "Claude 3 Opus"})
        assert second["previous"]["model_id"] == first["id"]
        ultra = {"provider": "openai", "capability": "chat", "model_id": "gpt-4.5", "model_name": "GPT-4.5 Ultra", "is_free": False}
        assert curl("/ai-models/select-model/", ultra)["in_catalogue"] is False

        stored = curl("/ai-models/?provider=anthropic")["models"]
        assert [(model["model_id"], model["is_active"]) for model in stored] == [
            ("claude-3-opus-20240229", True),
            ("claude-3-5-sonnet-20241022", False),
        ]
        overview = curl("/ai/dashboard/overview/")
        assert overview["totals"] == {"providers": 5, "active_providers": 5, "models": 3, "active_models": 2}
        assert [warning["code"] for warning in overview["warnings"]] == ["not-in-catalogue", "key-missing"]
        assert "cleared" in curl("/ai/dashboard/cache/clear/", post=True)

        # Live lists: one whose vendor wants a key that nobody has entered, and one whose vendor cannot be reached.
        assert curl.refused("/ai-models/browse-models/?provider=groq&capability=chat") == (409, "urn:modeldesk:problem:key-missing")
        assert curl.refused("/ai-models/browse-models/?provider=openrouter&capability=chat") == (502, "urn:modeldesk:problem:vendor-failed")
        assert "list-failed" in {warning["code"] for warning in curl("/ai/dashboard/overview/")["warnings"]}

        # A program, with a token of its own.
        select_model = {"name": "nightly", "scopes": ["read", "select"], "expires_in_days": 30}
        program = Curl(address, curl("/tokens/", select_model)["token"])
        assert program("/ai-models/")["count"] == 3
        assert program("/ai-models/select-model/", choice)["selected_by"] == "sara"
        assert program.refused("/tokens/") == (403, "urn:modeldesk:problem:not-allowed")
        assert Curl(address, "mdk_x").refused("/ai-models/") == (401, "urn:modeldesk:problem:unauthorized")

        # What a command changes, the running server answers at its next read.
        folder.type("models", "select", "anthropic", "chat", "claude-3-haiku-20240307")
        active = curl("/ai-models/?provider=anthropic&is_active=true")["models"]
        assert [(model["model_id"], model["selected_by"]) for model in active] == [("claude-3-haiku-20240307", "cli")]


def test_serving_an_empty_folder_imports_the_shipped_declaration(folder: Folder) -> None:
    """`make run` on a fresh machine: database, declaration, server; a second start imports nothing."""
    with served(folder) as address:
        urllib.request.urlopen(f"{address}/health/ready", timeout=30).read()
    slugs = [entry["slug"] for entry in json.loads(folder.type("providers", "list", "--format", "json"))["providers"]]
    shipped = [entry["slug"] for entry in json.loads((ROOT / "providers.json").read_bytes())["providers"]]
    assert slugs == shipped
    assert set(slugs) >= {"anthropic", "cohere", "deepseek", "google", "groq", "huggingface", "openai", "openrouter"}
    folder.declare(CLAUDE, {**COHERE, "slug": "another"})
    with served(folder):
        pass
    assert len(json.loads(folder.type("providers", "list", "--format", "json"))["providers"]) == len(shipped)
