"""Imports every module of Modeldesk where some packages do not exist: `python -m tests.support.importing_program PACKAGE …`.

A preloaded process has done so already.
"""

import importlib
import pkgutil
import sys

import modeldesk

if __name__ == "__main__":
    missing = dict.fromkeys(sys.argv[1:])
    assert not any(sys.modules.get(name) for name in missing)
    sys.modules.update(missing)
    for module in pkgutil.walk_packages(modeldesk.__path__, "modeldesk."):
        if "migrations.env" not in module.name:  # Alembic alone runs it
            importlib.import_module(module.name)
