"""Provider classes of installed packages, as a process finds them that starts after the installation."""

from modeldesk.adapters.converter import checking_converter
from modeldesk.adapters.providers import registry


def forget_installed_classes() -> None:
    for found in (registry._entry_points, registry._installed, checking_converter):
        found.cache_clear()
