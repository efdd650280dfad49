# Tenor's everyday commands. `make help` explains each of them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/lock.txt
STAMP := $(VENV)/.installed
ARGS ?=
# Each process has a PostgreSQL, a server and a browser of its own; the tests of a file stay together.
SPREAD := --numprocesses=auto --maxprocesses=4 --dist=loadfile

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test browser lint format widget lock fonts lighthouse bench bench-webhooks clean

help: ## List the targets and what each is for
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv from the lock file (quick when nothing changed)

$(STAMP): $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tenor needs Python 3.11 or newer; set PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup ## Start everything with two sandbox merchants; ARGS=--walk lives an order's whole life and ends
	$(BIN)/tenor demo $(ARGS)

serve: setup ## Run the server and the worker on the embedded database; ARGS go to `tenor serve`
	$(BIN)/tenor serve $(ARGS)

test: setup browser ## Run all the tests on a real PostgreSQL and in a real browser; ARGS go to pytest
	$(BIN)/python -m pytest $(SPREAD) $(ARGS)

# The tests find it in the same places (tests/browser/chromium.py).
browser: setup ## Find a Chromium for the tests, or install one
	@PYTHON=$(BIN)/python tools/browser.sh

lint: setup ## Check formatting, style, types and who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Rewrite the code in the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

widget: ## Build the widget's scripts from widget/src into the package (needs Node and npm; what is built is committed)
	npm --prefix widget ci --silent
	npm --prefix widget run --silent build

bench: setup ## Measure create_order with wrk beside pgbench; writes build/bench.json
	$(BIN)/python -m bench.create_order $(ARGS)

bench-webhooks: setup ## Measure how one worker drains 20,000 webhooks; writes build/bench-webhooks.json
	$(BIN)/python -m bench.webhooks $(ARGS)

lock: ## Resolve pyproject.toml afresh into the lock file
	$(PYTHON) -m venv build/lock-venv
	build/lock-venv/bin/pip install --quiet uv
	build/lock-venv/bin/uv pip compile pyproject.toml --extra dev --universal --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file $(LOCK)

fonts: ## Cut the typeface of the pages afresh from IBM's (needs npm); see tools/typeface.py
	$(PYTHON) -m venv build/fonts
	build/fonts/bin/pip install --quiet --disable-pip-version-check fonttools==4.68.0 brotli==1.2.1
	npm install --silent --no-save --prefix build/fonts @ibm/plex-sans-arabic@1.1.0
	PYTHONPATH=src/tenor/base/looks build/fonts/bin/python tools/typeface.py build/fonts/node_modules/@ibm/plex-sans-arabic

lighthouse: setup browser ## Let Lighthouse judge the first page and the terms (needs npm); writes build/lighthouse.json
	npm install --silent --no-save --no-audit --no-fund --prefix build/lighthouse lighthouse@12.8.2
	$(BIN)/python -m tests.browser.lighthouse

clean: ## Remove what the other targets made, but never .tenor (it holds your data)
	rm -rf $(VENV) build .mypy_cache .ruff_cache
