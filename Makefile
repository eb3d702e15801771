# Attune. `make run` and `make test` do all of their own setting up; `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.DEFAULT_GOAL := help
.PHONY: help setup run run-distributed faults test check bench attack lock clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17

setup: $(VENV)/ready ## Set up: virtual environment and locked dependencies in .venv, the database
	@$(BIN)/python -m bot migrate

run: $(VENV)/ready ## Run Attune; without Slack credentials, its playground
	@$(BIN)/python -m bot run

test: $(VENV)/ready-tests .browser ## Run all tests, in a real browser too
	@$(PYTEST) -n auto --dist worksteal

check: $(VENV)/ready-tests ## Style, types, import rules, security of code and dependencies
	@echo "ruff"; $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "mypy"; $(BIN)/mypy
	@echo "import rules"; $(BIN)/lint-imports
	@echo "bandit"; $(BIN)/bandit -q -c pyproject.toml -r bot handlers storage
	@echo "pip-audit"; $(BIN)/python -m tests.house.audit

faults: $(VENV)/ready-tests ## Kill, drop, limit, fill and restart at full length (half an hour)
	@$(PYTEST) -m faults -s -v tests/faults

run-distributed: $(VENV)/ready-tests ## Run web and workers against a PostgreSQL of their own
	@$(BIN)/python -m tests.distributed

bench: $(VENV)/ready-tests ## Print figures: ticks, deliveries, answers, cold start, memory
	@$(BIN)/python -m tests.benchmarks

attack: $(VENV)/ready-tests ## Attack the digests and the database of simulated years (some minutes)
	@$(BIN)/python -m tests.attack

scorecard: $(VENV)/ready-tests ## Measure the engines on frozen texts; writes docs/reference/scorecard.md
	@$(BIN)/python -m tests.scorecard

lock: $(VENV)/ready-tests ## Compile the lock files anew, with hashes for every platform
	@$(PIP) install -q uv
	@$(BIN)/uv pip compile $(LOCKING) pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile $(LOCKING) --group test -c requirements.lock -o tests/requirements.lock

LOCKING := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate

clean: ## Remove what setting up made; data in var/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Attune needs Python 3.11 to 3.13; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "1/2 virtual environment in $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "2/2 locked dependencies (a minute or two the first time)"
	@$(PIP) install --progress-bar on -q --require-hashes -r requirements.lock
	@touch $@

$(VENV)/ready-tests: $(VENV)/ready tests/requirements.lock
	@echo "test tools"
	@$(PIP) install -q --require-hashes -r tests/requirements.lock
	@touch $@

# The browser tests need Chromium. As root on Debian it is installed; elsewhere they are skipped
# with the reason, and CI refuses skips.
.PHONY: .browser
.browser:
	@if [ -z "$(CHROMIUM)" ]; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Chromium, for the browser tests"; \
			apt-get -qq update && apt-get -qq -y install chromium >/dev/null; \
		else \
			echo "No Chromium: the browser tests will be skipped. Install it as root: apt-get install chromium"; \
		fi; \
	fi
