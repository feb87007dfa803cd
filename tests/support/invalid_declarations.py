"""Declarations that must be refused, and how each line of the refusal begins: the same from the command line and over REST."""

import json
from typing import Any

from tests.support.cli_folder import CLAUDE, COHERE, SHIPPED


def declared(*providers: object) -> bytes:
    return json.dumps({"version": "1.0.0", "providers": providers}).encode()


FIVE_WRONG_TYPES: Any = (
    {"slug": "a", "name": 5, "capabilities": {"chat": {"supported": "yes", "models": "gpt-4o"}}},
    {"slug": "b", "name": "B", "sort_order": 1.5, "config": {"max_retry": True}},
)
BAD_DECLARATIONS: dict[str, tuple[bytes, list[str]]] = {
    "broken JSON": (
        b'{"version": "1.0.0",\n "providers": [\n  {"slug": "a" "name": 5}]}',
        ['$.providers[0].slug: invalid JSON: expected `,` or `}`, found `"`; a comma seems to be missing (line 3, column 16)'],
    ),
    "an empty file": (b"", ["$: invalid JSON: the text is empty (line 1, column 1)"]),
    "a key twice": (
        b'{"version": "1.0.0", "providers": [\n {"slug": "a", "name": "A",\n  "name": "B"}]}',
        ["$.providers[0].name: this key already stands at line 2, column 16; the first one counts (line 3, column 3)"],
    ),
    "a slug twice": (
        declared(CLAUDE, CLAUDE),
        ["$.providers[1].slug: the slug 'anthropic' already stands at line 1, column "],
    ),
    "an unknown key": (
        declared({"slug": "a", "name": "A", "capabilites": {}}),
        ["$.providers[0].capabilites: unknown key 'capabilites'; did you mean 'capabilities'? (line 1, column "],
    ),
    "an unknown class": (
        declared({"slug": "a", "name": "A", "provider_class": "AntropicProvider"}),
        [
            "$.providers[0].provider_class: unknown provider class 'AntropicProvider'; did you mean 'AnthropicProvider'? Known: OpenAIProvider, "
        ],
    ),
    "five wrong types": (
        declared(*FIVE_WRONG_TYPES),
        [
            "$.providers[0].name: must be a string, not a number",
            "$.providers[0].capabilities.chat.supported: must be true or false, not a string",
            "$.providers[0].capabilities.chat.models: must be a list, not a string",
            "$.providers[1].sort_order: must be a whole number, not a number with a fraction",
            "$.providers[1].config.max_retry: must be a whole number, not true or false",
        ],
    ),
    "UTF-16": (SHIPPED.decode().encode("utf-16"), ["Error: the text looks like UTF-16"]),
    "an older encoding": (declared(CLAUDE).replace(b"Claude", b"Cl\xe9ude"), ["$: byte 0xE9 is not UTF-8; the text may be"]),
    "NaN": (
        b'{"version": "1.0.0", "providers": [{"slug": "a", "name": "A", "config": {"timeout": NaN}}]}',
        ["$.providers[0].config.timeout: invalid JSON: `NaN` is not a number (line 1, column "],
    ),
    "depth 5,000": (
        b'{"version": "1.0.0", "providers": [{"slug": "a", "name": "A", "config": {"x": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}]}",
        ["$.providers[0].config.x[0][0]"],
    ),
    "a description of a megabyte": (
        declared({"slug": "a", "name": "A", "description": "x" * 2**20}),
        ["$.providers[0].description: a text has at most 10,000 characters, not 1,048,576"],
    ),
    "a forbidden character": (
        declared({"slug": "a", "name": "A\u202eB"}),
        ["$.providers[0].name: forbidden character U+202E at position 2"],
    ),
    "another version": (b'{"version": "2.0.0", "providers": []}', ["$.version: version '2.0.0' is not supported; known: 1.x.y"]),
    "good ones beside a bad one": (
        declared(COHERE, {**CLAUDE, "slug": "new"}, {"slug": "Bad One", "name": "B"}),
        ["$.providers[2].slug: "],
    ),
}
