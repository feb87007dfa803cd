"""Tells mypy that our decorators make classes as those of attrs do, in the way that attrs documents (Extending, types)."""

from mypy.plugin import Plugin
from mypy.plugins.attrs import attr_define_makers, attr_frozen_makers

attr_frozen_makers.add("modeldesk.domain.records.frozen")
attr_define_makers.add("modeldesk.domain.records.define")


def plugin(_: str) -> type[Plugin]:
    return Plugin
