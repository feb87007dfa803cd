"""What to paste into a product that asks this server which model is active: curl, OpenFeature for Python and JavaScript, and libraries that call models."""

import json
from collections.abc import Mapping, Sequence

from msgspec import Struct

from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.use import UseName
from modeldesk.entrypoints.settings import Settings

EXAMPLE_USE = "support-chat"
EXAMPLE_MODEL = "openai/gpt-4o-mini"

CURL = 'curl -H "Authorization: Bearer $DESK_TOKEN" {url}/api/resolve/{use}'
PYTHON = """\
# pip install openfeature-provider-ofrep
import os

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider

token = os.environ["DESK_TOKEN"]
api.set_provider(OFREPProvider({quoted_url}, headers_factory=lambda: {{"Authorization": f"Bearer {{token}}"}}))
print(api.get_client().get_string_value({quoted_use}, {quoted_model}))"""
JAVASCRIPT = """\
// npm install @openfeature/server-sdk @openfeature/ofrep-provider
import {{ OpenFeature }} from "@openfeature/server-sdk";
import {{ OFREPProvider }} from "@openfeature/ofrep-provider";

await OpenFeature.setProviderAndWait(new OFREPProvider({{
  baseUrl: {quoted_url},
  headers: [["Authorization", `Bearer ${{process.env.DESK_TOKEN}}`]],
}}));
console.log(await OpenFeature.getClient().getStringValue({quoted_use}, {quoted_model}));"""
LITELLM = """\
# pip install litellm
import json
import os
from urllib.request import Request, urlopen

import litellm

request = Request({quoted_question}, headers={{"Authorization": f"Bearer {{os.environ['DESK_TOKEN']}}"}})
with urlopen(request) as response:
    resolved = json.load(response)
completion = litellm.completion(
    model=f"openai/{{resolved['model_id']}}",
    api_base=resolved["base_url"],
    api_key=os.environ["VENDOR_KEY"],
    messages=[{{"role": "user", "content": "Hello"}}],
)
print(completion.choices[0].message.content)"""
PYDANTIC_AI = """\
# pip install "pydantic-ai-slim[openai]"
import json
import os
from urllib.request import Request, urlopen

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

request = Request({quoted_question}, headers={{"Authorization": f"Bearer {{os.environ['DESK_TOKEN']}}"}})
with urlopen(request) as response:
    resolved = json.load(response)
provider = OpenAIProvider(base_url=resolved["base_url"], api_key=os.environ["VENDOR_KEY"])
print(Agent(OpenAIChatModel(resolved["model_id"], provider=provider)).run_sync("Hello").output)"""
EXAMPLES: Mapping[str, str] = {"curl": CURL, "Python": PYTHON, "JavaScript": JAVASCRIPT, "LiteLLM": LITELLM, "pydantic-ai": PYDANTIC_AI}


class ConnectionExamples(Struct, frozen=True):
    """Code by the name of its tool or language. `has_use` is false if `use` is an example's name, because no use exists yet."""

    use: str
    has_use: bool
    code: Mapping[str, str]


def connection_examples(settings: Settings, snapshot: Snapshot) -> ConnectionExamples:
    """Examples with this server's address, the first use, and the model that it gets as the default for when nothing is active."""
    uses = _uses_by_readiness(snapshot)
    use = uses[0] if uses else EXAMPLE_USE
    url, model = _address(settings), _model_of(snapshot, uses[0]) if uses else EXAMPLE_MODEL
    values = {"url": url, "use": use, "model": model, "question": f"{url}/api/resolve/{use}"}
    # A JSON string is one of Python and of JavaScript, too: no id of a model ends it.
    quoted = {f"quoted_{name}": json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    return ConnectionExamples(use, bool(uses), {name: text.format(**values, **quoted) for name, text in EXAMPLES.items()})


def _address(settings: Settings) -> str:
    return settings.public_url.rstrip("/") or settings.bind_urls[0]


def _uses_by_readiness(snapshot: Snapshot) -> Sequence[UseName]:
    """By name, those with an active model first."""
    return sorted(snapshot.uses, key=lambda name: (snapshot.slot(snapshot.uses[name].slot).active is None, name))


def _model_of(snapshot: Snapshot, name: UseName) -> str:
    use = snapshot.uses[name]
    active = snapshot.slot(use.slot).active
    return EXAMPLE_MODEL if active is None else f"{use.provider}/{active}"
