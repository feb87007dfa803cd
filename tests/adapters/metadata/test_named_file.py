"""The file of metadata that a person names."""

from pathlib import Path

import pytest

from modeldesk.adapters.metadata.named_file import read_metadata_file
from modeldesk.domain.errors import FileRefused


def test_its_content_is_read_whole(tmp_path: Path) -> None:
    """As it is."""
    file = tmp_path / "a.json"
    file.write_bytes(b"\xff{}")
    assert read_metadata_file(file) == b"\xff{}"


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """With the reason."""
    with pytest.raises(FileRefused, match="file-not-found"):
        read_metadata_file(tmp_path / "nowhere")
