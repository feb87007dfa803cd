"""Files that somebody else may have placed."""

from pathlib import Path

import pytest

from modeldesk.adapters.trusted_files import read_regular
from modeldesk.domain.errors import FileRefused

MIB = 2**20


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """One byte more than the limit, which the reason names. No caller gets a part of a file."""
    file = tmp_path / "file"
    file.write_bytes(b"x" * MIB)
    assert len(read_regular(file, MIB)) == MIB
    with file.open("ab") as more:
        more.write(b"x")
    with pytest.raises(FileRefused) as refused:
        read_regular(file, MIB)
    assert (refused.value.reason.code, refused.value.reason.facts["mebibytes"]) == ("file-too-large", 1)
