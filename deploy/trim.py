"""Removes from an installation what no process of Modeldesk ever reads: `python trim.py FOLDER_OF_PACKAGES LANGUAGE…`.

The sources of compiled modules and tests are for those who build a package, and Babel brings a file for each of a thousand locales: together a fifth
of the installation. `install.sh` calls it, and compiles the panel afterwards, which fails if a language of the panel is missing.
"""

import shutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

SOURCES = {".c", ".cpp", ".pxd", ".pyx"}


def unread(packages: Path, languages: Collection[str]) -> Iterator[Path]:
    """The files and folders that can go. A language is named as in a catalogue of the panel, `fa` or `pt_BR`."""
    yield from (path for path in packages.rglob("*") if path.suffix in SOURCES and path.is_file())
    yield from (path for pattern in ("*/tests", "*/_tests", "*/testing/suite") for path in packages.glob(pattern) if path.is_dir())
    kept = {"root", *(language.partition("_")[0] for language in languages)}
    yield from (path for path in packages.glob("babel/locale-data/*.dat") if path.stem.partition("_")[0] not in kept)


def main(packages: Path, languages: Collection[str]) -> None:
    for path in list(unread(packages, languages)):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
