"""Every setting, from the table by which the program reads them."""

from modeldesk.entrypoints.setting_descriptions import DESCRIPTIONS
from modeldesk.entrypoints.setting_sources import PREFIX
from reference.markdown import code, table

HEAD = """# Settings

Modeldesk reads settings from environment variables and from a `.env` file in the working folder; the environment wins. An empty value counts as unset.
A wrong value stops the start with one line that names the setting, and so does a `MODELDESK_` name that is no setting. `modeldesk settings` shows each value, secrets hidden, and where it comes from.

A `.env` must be UTF-8, belong to the user who runs Modeldesk or to root, and be writable by nobody else; the same holds for a `providers.json` of the working folder that no option names.
[ADR 27](../../adr/0027-trusted-files.md) says what `sudo` and containers need.

Durations are seconds or a number with a unit: `90s`, `15m`, `12h`, `7d`. Lists are separated by blanks or commas.

"""


def page() -> str:
    """A table of all settings."""
    rows = ((code(PREFIX + setting.name), setting.default, setting.meaning) for setting in DESCRIPTIONS)
    return HEAD + table(("name", "default", "meaning"), rows)
