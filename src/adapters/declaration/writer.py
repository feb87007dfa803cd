"""Writes providers as a `providers.json` whose import changes nothing."""

import json
from collections.abc import Sequence

from cattrs import Converter

from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.use import Use

VERSION = "1.0.0"


def write_declaration(providers: Sequence[Provider], uses: Sequence[Use] = (), *, converter: Converter) -> bytes:
    """The declaration as JSON, with `uses` where there are any.

    It has every field, even empty URLs and the operator's flags: an import would fill or keep missing ones.
    """
    document: dict[str, object] = {"version": VERSION, "providers": [converter.unstructure(provider) for provider in providers]}
    if uses:
        document["uses"] = [converter.unstructure(use) for use in uses]
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
