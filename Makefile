# Balcão. `make help` lists the targets; every one sets up what it needs first.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq --no-input
SCRATCH = TMPDIR=$(shell tools/scratch)
PYTEST = $(BIN)/python -m pytest --quiet
PO := $(wildcard balcao/locale/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)

RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
PACKAGE := $(VENV)/.package

.DEFAULT_GOAL := help
.PHONY: help setup dev run demo test contract unit browser grid lint types format messages check bench torture clean
.DELETE_ON_ERROR:

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(PACKAGE) $(MO) ## Make the environment and the `balcao` command in .venv/bin
	@:

dev: $(DEV) setup

$(BIN)/python:
	@tools/environment $(VENV)

$(RUNTIME): requirements/runtime.lock | $(BIN)/python
	@echo "Installing what Balcão needs ..."
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(DEV): requirements/dev.lock | $(RUNTIME)
	@echo "Installing what its tests need ..."
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(PACKAGE): pyproject.toml $(RUNTIME)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

%.mo: %.po | $(RUNTIME)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

run: setup ## Open the desk with a demo shop, in the foreground, on one port
	@$(BIN)/balcao up --demo

demo: setup ## Bring the demo shop in without opening the desk
	@$(BIN)/balcao demo

# On PostgreSQL only what meets a database: the rest would run the same again.
test: dev ## Run all tests: on SQLite, on PostgreSQL, in the browser
	@tools/test-servers
	$(SCRATCH) $(PYTEST) -n 2 --ignore=tests/browser --ignore=tests/contract_servers
	$(SCRATCH) $(BIN)/python -m balcao.testing.servers postgres -- $(PYTEST) -n 2 tests/component $(wildcard tests/contract) --ignore=tests/component/cli --ignore=tests/component/testing --ignore=tests/contract/test_api_schema.py
	$(SCRATCH) $(PYTEST) tests/browser

contract: dev ## Run the tests against real shop systems, installed on first use
	@tools/contract-servers
	$(SCRATCH) $(PYTEST) -n 2 --dist loadfile tests/contract_servers

unit: dev ## Run the tests that need no database
	@$(PYTEST) tests/unit

browser: dev ## Run the tests in the browser
	@tools/test-servers
	@$(PYTEST) tests/browser

grid: dev ## Take every page's picture into var/grid and look for faults (ARGS="ticket --language tr")
	@tools/test-servers
	@$(BIN)/python tools/grid.py $(ARGS)

lint: dev ## Check format, style, types, import contracts, translations, migrations
	@tools/lint

types: dev ## Check types only
	@tools/lint types

format: dev ## Format code and templates
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/djlint --quiet --reformat $$(find balcao -path '*/templates/*' -name '*.html') >/dev/null || true

messages: dev ## Collect strings anew into balcao/locale and check the translations
	@$(BIN)/python tools/update_messages.py
	@$(BIN)/python tools/check_messages.py

check: lint test contract ## What CI runs

bench: dev ## Measure against the targets (ARGS="--engine sqlite --only W1,W2")
	@tools/test-servers
	@$(BIN)/python -m benchmarks.run $(ARGS)

torture: dev ## Kill workers for long, on both databases (ARGS="--rounds 5000")
	@tools/test-servers
	@$(BIN)/python -m benchmarks.torture $(ARGS)

clean: ## Remove the environment and all caches; state in var/ stays
	@rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis $(MO)
