"""Finds the packages: files stand at `src/domain`, `src/adapters`, `src/entrypoints`, and are imported as `modeldesk.domain` and so on.

`pyproject.toml` cannot say this: `packages.find` has no prefix. The shipped declaration travels in the wheel as `modeldesk/providers.json`
(an editable install reads the one at the project's root instead; see `modeldesk.adapters.declaration.location`). The manual page is installed
where `man` looks for it.
"""

from pathlib import Path
from shutil import copyfile

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


class BuildWithDeclaration(build_py):
    """Puts the root's `providers.json` and the population script beside the packages in a wheel, and nowhere else."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            package = Path(self.build_lib, "modeldesk")
            copyfile(ROOT / "providers.json", package / "providers.json")
            copyfile(ROOT / "scripts" / "populate_ai_providers.py", package / "populate_ai_providers.py")


setup(
    packages=["modeldesk", *(f"modeldesk.{name}" for name in find_packages("src"))],
    package_dir={"modeldesk": "src"},
    package_data={
        "modeldesk": [
            "adapters/metadata/*.json.gz",
            "entrypoints/api/static/*",
            "entrypoints/panel/locale/*/LC_MESSAGES/*.po",
            "entrypoints/panel/static/*",
            "entrypoints/panel/templates/*",
            "py.typed",
        ]
    },
    data_files=[("share/man/man1", ["src/entrypoints/cli/modeldesk.1"])],
    cmdclass={"build_py": BuildWithDeclaration},
)
