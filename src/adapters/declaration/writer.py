"""Writes providers as a `providers.json` that, imported again, changes nothing."""

import json
from collections.abc import Sequence

from cattrs import Converter

from modeldesk.domain.model.providers.provider import Provider

VERSION = "1.0.0"


def write_declaration(providers: Sequence[Provider], converter: Converter) -> bytes:
    """Every field is named, the operator's flags and empty addresses too: what is absent would be filled or kept at the next import."""
    document = {"version": VERSION, "providers": [converter.unstructure(provider) for provider in providers]}
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
