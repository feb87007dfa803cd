"""The Chromium that browser tests and the pictures of the panel use."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-quic", "--renderer-process-limit=1",
)  # fmt: skip


def chromium(own: str) -> str | None:
    """The one that MODELDESK_TEST_CHROMIUM names, one on PATH, or Playwright's `own`, where there is any."""
    found = os.environ.get("MODELDESK_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or (own if Path(own).exists() else None)
