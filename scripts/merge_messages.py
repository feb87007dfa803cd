"""Brings new messages of the panel into a catalogue and drops those that are no more; what is translated stays, a header of ours too.

python scripts/merge_messages.py TEMPLATE CATALOGUE
"""

import re
import sys
from pathlib import Path

from babel.messages.pofile import read_po, write_po

CALENDAR = re.compile(r'^"X-Calendar: .*"\n', re.MULTILINE)
CONTENT_TYPE = '"Content-Type:'


def main(template: Path, file: Path) -> None:
    """Writes the catalogue anew, sorted, nothing guessed."""
    before = file.read_text(encoding="utf-8")
    with template.open("rb") as opened:
        wanted = read_po(opened)
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale=file.parent.parent.name)
    made_at = catalogue.creation_date
    catalogue.update(wanted, no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    catalogue.creation_date = made_at  # a run that brings nothing new changes nothing
    with file.open("wb") as opened:
        write_po(opened, catalogue, width=140, no_location=True, sort_output=True, ignore_obsolete=True)
    if kept := CALENDAR.search(before):
        # Babel keeps no header that it does not know.
        file.write_text(file.read_text(encoding="utf-8").replace(CONTENT_TYPE, kept[0] + CONTENT_TYPE, 1), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
