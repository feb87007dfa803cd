#!/bin/sh
# Installs Modeldesk into one new folder that nobody has to write again: sh deploy/install.sh /opt/modeldesk-0.1.0
# The folder keeps its name: its programs name their own Python.
#
# Containerfile runs these steps, and so can anybody who has no container engine; tests/test_deploy.py runs them in a plain folder.
# Needs Python 3.11 or newer, and the network or a mirror of the package index. Every package is held by its hash in requirements.lock.
set -eu

target=${1:?"Name the folder to install into: sh deploy/install.sh /opt/modeldesk"}
source=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Modeldesk needs Python 3.11 or newer; name one: PYTHON=/path/to/python3" >&2; exit 1; }
[ ! -e "$target" ] || { echo "$target exists already: choose a new folder, or remove it first" >&2; exit 1; }

echo "Installing Modeldesk into $target (about a minute)"
"$python" -m venv "$target"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$source/requirements.lock"

# The build leaves folders beside its sources, which may be a checkout that somebody works in: it gets a copy.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$source/src" "$source/scripts" "$source/providers.json" "$source/pyproject.toml" "$source/setup.py" "$source/README.md" "$source/LICENSE" "$work"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation "$work"

# Nothing installs anything later: what only installs is not kept, and nobody may write what is.
"$target/bin/python" -m pip uninstall --quiet --yes --disable-pip-version-check setuptools pip
"$target/bin/python" -m compileall -q "$target/lib" || true
# The pages and words of the panel too, which a start would otherwise compile each time, where it may not keep them.
PYTHONDONTWRITEBYTECODE= "$target/bin/python" -c 'from modeldesk.entrypoints.panel import languages, pages; pages.keep_compiled(languages.languages())'
chmod -R a+rX,a-w "$target"
echo "Installed: $("$target/bin/modeldesk" --version)"
