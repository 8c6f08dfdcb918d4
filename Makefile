# `make run` and `make test` are all that is needed; everything goes into .venv, node_modules and media_store.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.ONESHELL:
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
# Containers often forbid it: then each of the many processes of a run, and of the tests, compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE

CONFIG ?= config.yaml
# A third of a test's time is waiting, for players and processes: two more than there are cores keep all of them busy.
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 2 )))
TESTS ?= tests
EXTRAS ?= tools,test

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
BIN := .venv/bin
# setuptools warns of every editable installation.
PIP := PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.txt
LIGHTHOUSE := .build/lighthouse/node_modules/.bin/lighthouse
STATIC := medialib/web/static
VENDOR := $(STATIC)/vendor
BUNDLED := $(STATIC)/bundled/page.js
FONT := medialib/demo/vendor/noto-sans-sc
CATALOGUES := $(wildcard medialib/web/translations/*/LC_MESSAGES/*.po)

# A step is done again when the content of what it was made from has changed (not its date), when the
# checkout was moved, or when its result no longer works.
fingerprint = $(shell { echo "$(CURDIR) $(EXTRAS)"; cat $(1); } | sha256sum | cut -c1-16)
PACKAGES := .venv/made-from-$(call fingerprint,requirements.txt setup.cfg pyproject.toml)
MODULES := node_modules/.made-from-$(call fingerprint,package.json package-lock.json)
ifneq ($(shell $(BIN)/python -c 'print("works")' 2>/dev/null),works)
$(shell rm -rf .venv)
endif

.PHONY: help setup run test lint bench messages screenshots migration lock clean

help:
	@echo "make run    set everything up, start the server and the worker, print the address"
	@echo "make test   set everything up, check the code, run every test"
	echo "make setup, lint, bench, messages, screenshots, migration, lock, clean: see CONTRIBUTING.md"

setup: $(PACKAGES) $(VENDOR)/hls.min.js.br $(VENDOR)/tus.min.js $(BUNDLED).br $(FONT)/unicode.json $(CATALOGUES:.po=.mo)
	@:

run: setup
	@exec $(BIN)/medialib --config "$(CONFIG)" run --demo

test: lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup $(LIGHTHOUSE)
	$(BIN)/medialib --config "$(CONFIG)" bench

# --- what setup makes ---

$(PACKAGES):
	@$(if $(PYTHON),,echo "medialib needs Python 3.11 or newer, and none was found (Debian: apt install python3 python3-venv)." >&2; exit 1)
	echo "Installing the Python packages into .venv ..."
	[ -x $(BIN)/pip ] || bash .ci/venv "$(PYTHON)"
	$(PIP) pip setuptools
	$(PIP) --no-build-isolation --editable '.[$(EXTRAS)]'
	rm -f .venv/made-from-*
	touch $@

# Node only fetches the front-end files; where it is missing or old, a wheel brings it.
$(MODULES): | $(PACKAGES)
	@echo "Fetching the front-end files ..."
	if ! { npm --version && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'; } >/dev/null 2>&1; then
		echo "No Node 18 or newer here: installing it into .venv ..."
		$(PIP) --no-build-isolation --editable '.[node]'
		export PATH="$(CURDIR)/$(BIN):$$PATH"
	fi
	npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	touch $@

$(VENDOR)/hls.min.js: $(MODULES)
	@mkdir -p $(VENDOR)
	cp node_modules/hls.js/LICENSE $(VENDOR)/hls.LICENSE
	cp node_modules/hls.js/dist/hls.min.js $@

# All scripts of the members' pages in one file, in no newer words than theirs (tests/rules/test_browsers.py).
$(BUNDLED): $(MODULES) $(wildcard $(STATIC)/*.js)
	@PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/esbuild $(STATIC)/page.js --bundle --format=esm --minify \
		--target=es2020 --supported:class-field=true --supported:class-private-field=true \
		--log-level=warning --outfile=$@

$(STATIC)/%.js.br: $(STATIC)/%.js | $(PACKAGES)
	@$(BIN)/python -c 'import brotli, sys; sys.stdout.buffer.write(brotli.compress(open("$<", "rb").read()))' > $@

# Only the measurements ask it, and it is large.
$(LIGHTHOUSE):
	@mkdir -p .build/lighthouse
	npm install --prefix .build/lighthouse --ignore-scripts --no-audit --no-fund --no-save lighthouse@12.8.2 \
		--loglevel=error || echo "Lighthouse cannot be fetched: its part of the measurements is left out."

$(VENDOR)/tus.min.js: $(MODULES)
	@mkdir -p $(VENDOR)
	cp node_modules/tus-js-client/LICENSE $(VENDOR)/tus.LICENSE
	cp node_modules/tus-js-client/dist/tus.min.js $@

# What the demonstration's words are drawn with; the ranges come last, as they say that all is there.
$(FONT)/unicode.json: $(MODULES)
	@mkdir -p $(FONT)/files
	cp node_modules/@fontsource-variable/noto-sans-sc/LICENSE $(FONT)
	cp node_modules/@fontsource-variable/noto-sans-sc/files/*-wght-normal.woff2 $(FONT)/files
	cp node_modules/@fontsource-variable/noto-sans-sc/unicode.json $@

ifneq ($(CATALOGUES),)
$(CATALOGUES:.po=.mo) &: $(CATALOGUES) | $(PACKAGES)
	@$(BIN)/python -m medialib.web.i18n
	touch $(CATALOGUES:.po=.mo)
endif

# --- for those who change medialib ---

# Sentences marked for translation -> the catalogues of every language, for a translator to fill in.
messages: setup
	@$(BIN)/python -m medialib.web.i18n update

# The pictures of docs/screenshots, of the site as it is now.
screenshots: setup
	@cd tests && ../$(BIN)/python -m journeys.screenshots

# make migration NAME=0002_what_it_adds
migration: setup
	@$(BIN)/python -m medialib.migrations "$(NAME)"

# setup.cfg -> requirements.txt, with everything that its packages need in turn.
lock: setup
	@mkdir -p .build
	$(BIN)/python -m pip install --quiet --dry-run --ignore-installed --report .build/lock.json \
		'.[tools,test,node,postgresql,redis]' pip setuptools
	$(BIN)/python - <<-'END'
		import json, pathlib
		found = [one["metadata"] for one in json.loads(pathlib.Path(".build/lock.json").read_text())["install"]]
		pins = sorted((f"{one['name']}=={one['version']}" for one in found if one["name"] != "medialib"), key=str.lower)
		head = "# Every package of every extra, pinned; made by `make lock`. Constraints: pip install -c requirements.txt"
		pathlib.Path("requirements.txt").write_text("\n".join([head, *pins, ""]))
	END

clean:
	rm -rf .venv .build node_modules build medialib.egg-info $(VENDOR) $(dir $(BUNDLED)) $(dir $(FONT)) $(CATALOGUES:.po=.mo) \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
