"""The files of `deploy/`, and the figures in them."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())


def text_of(name: str) -> str:
    """A file of `deploy/`."""
    return (DEPLOY / name).read_text(encoding="utf-8")


def documents(name: str) -> list[Any]:
    """Of a YAML file of `deploy/`."""
    return list(yaml.safe_load_all(text_of(name)))


def number(pattern: str, text: str) -> int:
    """What the first group of a pattern says."""
    found = re.search(pattern, text)
    assert found is not None, pattern
    return int(found[1])
