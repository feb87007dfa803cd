"""Adds new messages of the panel to a catalogue and removes obsolete ones. Keeps translations, and our own header.

python scripts/merge_messages.py TEMPLATE CATALOGUE
"""

import re
import sys
from pathlib import Path

from babel.messages.pofile import read_po, write_po

CALENDAR = re.compile(r'^"X-Calendar: .*"\n', re.MULTILINE)
CONTENT_TYPE = '"Content-Type:'


def main(template: Path, file: Path) -> None:
    """Rewrites the catalogue, sorted and without fuzzy matches."""
    before = file.read_text(encoding="utf-8")
    with template.open("rb") as opened:
        current = read_po(opened)
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale=file.parent.parent.name)
    created_at = catalogue.creation_date
    catalogue.update(current, no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    catalogue.creation_date = created_at  # without new messages the file stays the same
    with file.open("wb") as opened:
        write_po(opened, catalogue, width=140, no_location=True, sort_output=True, ignore_obsolete=True)
    if calendar := CALENDAR.search(before):
        # Babel drops headers that it does not know.
        file.write_text(file.read_text(encoding="utf-8").replace(CONTENT_TYPE, calendar[0] + CONTENT_TYPE, 1), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
