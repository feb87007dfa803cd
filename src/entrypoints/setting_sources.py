"""Where settings come from: `MODELDESK_…` in the environment, or in a `.env` in the working folder. The environment takes precedence."""

import os
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import ClassVar

from modeldesk.domain.errors import FileRefused, Invalid, Reason
from modeldesk.domain.records import frozen
from modeldesk.domain.suggestions import nearest
from modeldesk.entrypoints.lazy import lazy
from modeldesk.entrypoints.setting_descriptions import DESCRIPTIONS

PREFIX = "MODELDESK_"
SETTINGS = tuple(setting.name for setting in DESCRIPTIONS)
DOTENV = ".env"
LARGEST_DOTENV = 1_048_576
ENVIRONMENT = "environment"
LONGEST_NAME = 60
BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}

_OF_A_SERVICE = re.compile(r"SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?")
_ADDRESS_OF_A_SERVICE = re.compile("(tcp|udp|sctp)://")


class SettingWrong(Invalid):
    """A setting that does not exist or breaks its rule. `setting` is its full name; `reason` never holds a password."""

    code: ClassVar[str] = "setting-wrong"
    setting: str
    reason: Reason


@frozen
class GivenSettings:
    """The settings that are given, by name without the prefix. `sources` says where each comes from; `dotenv` is the `.env` that was read."""

    values: Mapping[str, str]
    sources: Mapping[str, str]
    dotenv: Path | None = None


def given_settings(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> GivenSettings:
    """All settings that are given and not empty. Raises SettingWrong for a name that is none, FileRefused for an untrusted or unreadable `.env`."""
    file = (folder or Path.cwd()) / DOTENV
    from_file = _dotenv(file)
    from_environment = dict(os.environ if environment is None else environment)
    for values in (from_file or {}, from_environment):
        _require_known(values)
    values, sources = dict[str, str](), dict[str, str]()
    for name in SETTINGS:
        for source, given in ((ENVIRONMENT, from_environment), (DOTENV, from_file or {})):
            if PREFIX + name in given:  # an empty value in the environment hides the one in the file
                if given[PREFIX + name]:
                    values[name], sources[name] = given[PREFIX + name], source
                break
    return GivenSettings(values, sources, file if from_file is not None else None)


def _require_known(values: Mapping[str, str]) -> None:
    for full, value in values.items():
        name = full.removeprefix(PREFIX)
        if name == full or name in SETTINGS or _is_of_a_service(name, value):
            continue
        near = nearest(name, SETTINGS)
        shown = PREFIX + "".join(char if char.isprintable() else "�" for char in name[:LONGEST_NAME])
        raise SettingWrong(shown, Reason("setting-mistyped", meant_setting=PREFIX + near) if near else Reason("setting-unknown"))


def _is_of_a_service(name: str, value: str) -> bool:
    """Whether Kubernetes or Docker sets the variable, for a service or a linked container that is called `modeldesk`."""
    return bool(_OF_A_SERVICE.fullmatch(name)) and (name != "PORT" or bool(_ADDRESS_OF_A_SERVICE.match(value)))


def _dotenv(file: Path) -> Mapping[str, str] | None:
    """The values of the file; None if there is none. Raises FileRefused."""
    if not os.path.lexists(file):
        return None
    try:
        content: bytes = lazy("trusted_files:read_regular")(file, LARGEST_DOTENV, trusted=True)
    except OSError as error:
        raise FileRefused(str(file), Reason("file-unreadable", said=error.strerror or str(error))) from None
    text = _decoded(file, content)
    from dotenv import dotenv_values  # noqa: PLC0415 - most folders have no .env, and every command runs this

    for number in _unreadable_lines(text):
        raise FileRefused(str(file), Reason("line-unreadable", line=number))
    return {key: value or "" for key, value in dotenv_values(stream=StringIO(text)).items()}


def _decoded(file: Path, content: bytes) -> str:
    if encoding := BYTE_ORDER_MARKS.get(content[:2]):
        raise FileRefused(str(file), Reason("text-other-encoding", encoding=encoding))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(str(file), Reason("text-not-utf8", byte=error.start + 1)) from None
    if "\0" in text:
        raise FileRefused(str(file), Reason("text-other-encoding", encoding="UTF-16"))
    return text


def _unreadable_lines(text: str) -> Iterator[int]:
    """The lines, from 1, that are no assignment, comment or blank."""
    from dotenv.parser import parse_stream  # noqa: PLC0415

    for binding in parse_stream(StringIO(text)):
        blank = len(binding.original.string) - len(binding.original.string.lstrip())
        if binding.error or (binding.key is not None and binding.value is None):
            yield binding.original.line + binding.original.string[:blank].count("\n")
