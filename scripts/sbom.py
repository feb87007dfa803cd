"""Prints what a release is installed from as a CycloneDX document: every package of `requirements.lock`, the hashes of its files, and who needs it.

The same lock makes the same document, so it has neither a date nor a serial number.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

ROOT = Path(__file__).resolve().parent.parent
ENTRY = re.compile(r"^([a-z0-9.-]+)(?:\[[\w,-]+\])?==(\S+)( ;)?.*\n((?:    .*\n)+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
NEEDED_BY = re.compile(r"^    #(?: via|  ) ([\w.-]+)", re.MULTILINE)


@frozen
class Package:
    """`is_optional`: only some platforms or versions of Python have it. `needed_by` are the names of packages, ours among them."""

    name: str
    version: str
    is_optional: bool
    hashes: tuple[str, ...]
    needed_by: frozenset[str]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"

    @property
    def component(self) -> dict[str, Any]:
        return {
            "type": "library",
            "bom-ref": self.purl,
            "name": self.name,
            "version": self.version,
            "scope": "optional" if self.is_optional else "required",
            "purl": self.purl,
            # Those of all files of the version, one of which is installed.
            "hashes": [{"alg": "SHA-256", "content": digest} for digest in self.hashes],
        }


def packages(lock: str) -> Iterator[Package]:
    for name, version, marker, details in ENTRY.findall(lock):
        yield Package(name, version, bool(marker), tuple(HASH.findall(details)), frozenset(NEEDED_BY.findall(details)))


def document(lock: str, project: dict[str, Any]) -> dict[str, Any]:
    """The document as JSON values."""
    found = list(packages(lock))
    own = Package(project["name"], project["version"], False, (), frozenset())
    needs = {package.purl: [other.purl for other in found if package.name in other.needed_by] for package in (own, *found)}
    application = {"type": "application", "bom-ref": own.purl, "name": own.name, "version": own.version, "purl": own.purl}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**application, "licenses": [{"license": {"id": project["license"]}}]}},
        "components": [package.component for package in found],
        "dependencies": [{"ref": purl, "dependsOn": needed} for purl, needed in needs.items()],
    }


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    json.dump(document((ROOT / "requirements.lock").read_text(encoding="utf-8"), project), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
