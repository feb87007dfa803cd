"""Writes providers as a `providers.json` whose import changes nothing."""

import json
from collections.abc import Sequence

from cattrs import Converter

from modeldesk.domain.model.providers.provider import Provider

VERSION = "1.0.0"


def write_declaration(providers: Sequence[Provider], converter: Converter) -> bytes:
    """The declaration as JSON, with every field, even empty URLs and operator flags: an import would fill or keep missing ones."""
    document = {"version": VERSION, "providers": [converter.unstructure(provider) for provider in providers]}
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
