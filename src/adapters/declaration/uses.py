"""Reads the uses of a declaration."""

from collections.abc import Collection
from typing import Any

from cattrs import Converter

from modeldesk.adapters.json_values import wrong_type
from modeldesk.adapters.strict_json.text import Path
from modeldesk.adapters.validation_errors import MOST_ERRORS, REFUSALS, ValidationError, errors_in, quoted
from modeldesk.domain.errors import Reason
from modeldesk.domain.model.use import Use

KEY = "uses"


def read_uses(converter: Converter, root: Any, slugs: Collection[str] = ()) -> tuple[list[Use], list[ValidationError]]:
    """The uses of a document and their problems; with `slugs`, only those that point at one of these providers."""
    entries = root.get(KEY, []) if isinstance(root, dict) else []
    if not isinstance(entries, list):
        return [], [ValidationError((KEY,), wrong_type("list", entries).reason)]
    uses, errors, seen = list[Use](), list[ValidationError](), dict[str, Path]()
    for index, entry in enumerate(entries):
        if slugs and isinstance(entry, dict) and entry.get("provider") not in slugs:
            continue
        try:
            use = converter.structure(entry, Use)
        except REFUSALS as error:
            errors += errors_in(error, (KEY, index))
        else:
            here: Path = (KEY, index, "name")
            first = seen.setdefault(use.name, here)
            if first is not here:
                errors.append(ValidationError(here, Reason("use-repeated", use=quoted(use.name)), first))
            uses.append(use)
        if len(errors) >= MOST_ERRORS:
            break
    return uses, errors
