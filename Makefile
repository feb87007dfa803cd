# `make run` and `make test` work on a fresh clone; Python 3.11 or newer, make and git are all they need.

VENV := .venv
BIN := $(VENV)/bin
# Looked for when it is needed, and then once: an interpreter behind a version manager takes a second to start.
ifndef PYTHON
PYTHON = $(eval PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do $$name -c 'import sys; print(sys.executable) if sys.version_info >= (3, 11) else sys.exit(1)' 2>/dev/null && break; done))$(PYTHON)
endif
UV := $(shell command -v uv 2>/dev/null)
PIP_INSTALL := $(if $(UV),$(UV) pip install --compile-bytecode --python $(BIN)/python,$(BIN)/python -m pip install --disable-pip-version-check) --quiet
RUNTIME := $(VENV)/.runtime
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install run dev test test-one check release-check sbom docs javascript-clients nightly mutation bench pictures messages lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

install: $(STAMP) ## the environment with everything: the program, its tests and its documentation

# Two locks, one environment: `make run` installs what the program needs, the tests bring the rest into the same folder, in the same versions.
define environment
	@test -n "$(PYTHON)" || { echo "Modeldesk needs Python 3.11 or newer on PATH (or: make PYTHON=/path/to/python)"; exit 1; }
	@echo "Installing $(2) into $(VENV) (once for each new lock; it takes about a minute)"
	@test -x $(BIN)/python || $(if $(UV),$(UV) venv --quiet --python $(PYTHON) $(VENV),$(PYTHON) -m venv $(VENV))
	@$(PIP_INSTALL) --require-hashes -r $(1)
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src
endef

$(RUNTIME): requirements.lock pyproject.toml setup.py
	$(call environment,$<,the program)
	@touch $@

$(STAMP): requirements-dev.lock requirements.lock pyproject.toml setup.py
	$(call environment,$<,the program and its tests)
	@touch $(RUNTIME) $@

# HOST from the command line alone: some shells export one of that name, which is the machine's.
run: $(RUNTIME) ## the server, with the embedded database and the shipped declaration; PORT=8001 for another port
	@$(BIN)/modeldesk serve $(if $(PORT),--port $(PORT)) $(if $(filter command,$(origin HOST)),--host $(HOST))

# A restart of the whole command is a reload of everything: code, templates, catalogues, settings.
dev: install ## the same server, restarted whenever a file of src/ is saved
	@$(BIN)/watchfiles --sigint-timeout 10 '$(BIN)/modeldesk --debug serve $(if $(PORT),--port $(PORT))' src

# How many workers that is stands in tests/conftest.py.
# Bytecode is kept whatever the shell says: each worker, and each process that a test starts, would compile everything anew.
test: install ## everything that this machine can test, seeded, in a few minutes
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --dist worksteal

test-one: install ## one file, folder or test: make test-one T=tests/domain/services/test_selection.py
	@test -n "$(T)" || { echo "Name what to run: make test-one T=tests/domain/services/test_selection.py"; exit 1; }
	@$(BIN)/python -m pytest $(T)

check: install ## lint, format, types, import contracts, documentation
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy scripts bench
	@$(BIN)/lint-imports
	@$(BIN)/sphinx-build -q -W --keep-going docs build/docs

docs: install ## the documentation as a site, in build/docs
	@$(BIN)/sphinx-build -q -W --keep-going docs build/docs
	@echo "Open build/docs/index.html"

release-check: install ## whether the shipped models exist, last 90 days more, and have prices
	@$(BIN)/python scripts/release_check.py

sbom: install ## what a release is installed from, as CycloneDX, in build/modeldesk.cdx.json
	@mkdir -p build
	@$(BIN)/python scripts/sbom.py > build/modeldesk.cdx.json

javascript-clients: ## OpenFeature's clients for JavaScript, from their lock, for tests that are skipped without them (needs npm)
	@npm ci --prefix tests/consumer/javascript --no-audit --no-fund --ignore-scripts

nightly: install ## the large counts, with their figures
	@HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -m "nightly or not nightly" -rA --durations=20
	@$(MAKE) --no-print-directory mutation

mutation: install ## how many deliberate mistakes in the domain's rules the tests notice
	@$(BIN)/python scripts/mutation.py

bench: install ## speed and memory beside the peer, as ratios
	@$(BIN)/python bench/compare.py
	@$(BIN)/python bench/live.py

pictures: install ## docs/pictures, made anew from the real pages (needs a Chromium)
	@$(BIN)/python -m tests.support.pictures docs/pictures

LOCALE := src/entrypoints/panel/locale
messages: install ## new words of the panel into every catalogue
	@$(BIN)/pybabel -q extract -F $(LOCALE)/babel.cfg -k N_ -k P_:1,2 --no-location --sort-output -o $(LOCALE)/panel.pot src/entrypoints/panel src/entrypoints/words
	@for file in $(LOCALE)/*/LC_MESSAGES/panel.po; do $(BIN)/python scripts/merge_messages.py $(LOCALE)/panel.pot $$file; done
	@rm $(LOCALE)/panel.pot

# A poisoned release is usually found within days. One that fixes something urgent is let in by its name: --exclude-newer-package.
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade --exclude-newer '7 days' --extra postgresql --extra redis

lock: ## both locks anew, with hashes, of nothing that is younger than a week (needs uv)
	@$(COMPILE) --group build pyproject.toml --output-file requirements.lock
	@$(COMPILE) --group build --group dev --group docs pyproject.toml --constraint requirements.lock --output-file requirements-dev.lock

clean: ## away with what was made here, but for the database
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
