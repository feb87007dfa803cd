#!/bin/sh
# Installs Modeldesk into one new folder that nobody has to write again: sh deploy/install.sh /opt/modeldesk-0.1.0
# The folder keeps its name: its programs name their own Python.
#
# Containerfile runs the two steps one by one, so that images of two versions share the packages, which are most of them:
#   sh deploy/install.sh /opt/modeldesk packages     what requirements.lock names, each package by its hash
#   sh deploy/install.sh /opt/modeldesk desk         Modeldesk itself; below $DESTDIR, where that is set
# So can anybody who has no container engine; tests/test_deploy.py runs them in a plain folder.
# Needs Python 3.11 or newer, and the network or a mirror of the package index.
set -eu

target=${1:?"Name the folder to install into: sh deploy/install.sh /opt/modeldesk"}
step=${2:-all}
source=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Modeldesk needs Python 3.11 or newer; name one: PYTHON=/path/to/python3" >&2; exit 1; }
[ ! -e "$target" ] || [ "$step" = desk ] || { echo "$target exists already: choose a new folder, or remove it first" >&2; exit 1; }

# What only installs has an environment of its own, which goes at the end. The build leaves folders beside its sources, too,
# which may be a checkout that somebody works in: it gets a copy.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/tools"
pip() { "$work/tools/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
# Nothing can be compiled later, where nobody may write. Bytecode that is not compared with its source counts whatever a copy does to times.
compile() { "$target/bin/python" -m compileall -q -j 0 --invalidation-mode unchecked-hash ${DESTDIR:+-s "$DESTDIR" -p /} "$1" || true; }
close() { chmod -R a+rX,a-w "${DESTDIR:-}$target"; }

packages() {
  echo "Installing packages into $target (about a minute)"
  "$python" -m venv --without-pip "$target"
  pip --python "$target/bin/python" install --no-compile --require-hashes -r "$source/requirements.lock"
  # Setuptools builds, and the others make up data for tests: Litestar names them, and imports them for generated examples alone.
  pip --python "$target/bin/python" uninstall --yes setuptools polyfactory faker
  languages=$(cat "$source/languages" 2> /dev/null || cd "$source/src/entrypoints/panel/locale" && ls -d -- */ | tr -d /)
  "$target/bin/python" "$source/deploy/trim.py" "$target"/lib/python*/site-packages $languages
  compile "$target/lib"
}

desk() {
  sed -n '/^setuptools==/,/[^\\]$/p' "$source/requirements.lock" > "$work/build.lock"
  pip install --require-hashes -r "$work/build.lock"
  mkdir "$work/source"
  cp -R "$source/src" "$source/scripts" "$source/providers.json" "$source/pyproject.toml" "$source/setup.py" "$source/README.md" "$source/LICENSE" "$work/source"
  pip wheel --no-deps --no-build-isolation --wheel-dir "$work" "$work/source"
  pip --python "$target/bin/python" install --no-compile --no-deps --root "${DESTDIR:-/}" "$work"/*.whl
  installed=$(echo "${DESTDIR:-}$target"/lib/python*/site-packages)
  compile "$installed/modeldesk"
  # The pages and words of the panel and the metadata too, which a start would otherwise compile each time, where it may not keep them.
  PYTHONPATH=$installed PYTHONDONTWRITEBYTECODE= "$target/bin/python" -c 'from modeldesk.entrypoints import lazy_adapters; from modeldesk.entrypoints.panel import languages, pages; pages.keep_compiled(languages.languages()); lazy_adapters.shipped_metadata(); lazy_adapters.shipped_prices()'
}

case $step in
  all) packages; desk; close; echo "Installed: $("$target/bin/modeldesk" --version)" ;;
  packages | desk) "$step"; close ;;
  *) echo "There is no step $step: packages or desk" >&2; exit 1 ;;
esac
