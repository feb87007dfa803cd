"""The manual page: current, and fit for every reader of such pages."""

import re
import shutil
import subprocess

import pytest

from modeldesk.entrypoints.setting_sources import PREFIX, SETTINGS
from scripts.man_page import PAGE, escaped, page
from tests.cli.test_cli_help import COMMANDS


def test_the_page_is_what_the_commands_say() -> None:
    """After a change of a command or a setting `python -m scripts.man_page` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_command_and_setting_is_in_it() -> None:
    """Once, as a heading of its own."""
    text = page().replace(r"\-", "-")
    assert sorted(re.findall(r"^\.SS (.+)$", text, re.MULTILINE)) == sorted(COMMANDS)
    assert {f"\\fB{PREFIX}{name}\\fR" for name in SETTINGS} <= set(text.splitlines())


@pytest.mark.parametrize(("text", "written"), [(".hidden", r"\&.hidden"), ("'quoted'", r"\&'quoted'"), ("a\\b --c", r"a\eb \-\-c")])
def test_no_text_is_a_request_of_the_formatter(text: str, written: str) -> None:
    """A line that begins with a full stop or a quotation mark would be one."""
    assert escaped(text) == written


def test_groff_finds_nothing_wrong() -> None:
    """Every warning counts; a line that is too wide is one."""
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-rLL=78n", "-k", PAGE], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "modeldesk models browse [OPTIONS] PROVIDER CAPABILITY" in re.sub(".\b|\x1b\\[[0-9;]*m", "", done.stdout)
