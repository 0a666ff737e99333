# Everything from a bare machine with Python >= 3.11: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
NESS := $(VENV)/bin/ness
RUN := $(VENV)/bin

.PHONY: help setup demo prefect test test-all soak audit lint format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## create .venv from the lock file

# uv comes from the package registry into .venv, so that nothing outside this folder is needed or changed.
$(VENV)/.ready: pyproject.toml uv.lock
	@test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@$(RUN)/uv sync --quiet --locked --inexact --compile-bytecode
	@$(RUN)/python -m compileall -q src flows schemas
	@touch $@

demo: setup ## the world from the packaged sample of open data, with its report; then three SYNTHETIC countries as a Prefect flow run
	$(NESS) run --all --sample
	$(NESS) sql --file world --rows 12
	$(NESS) report
	$(RUN)/python -m ness_pipeline.flows.server $(NESS) run --sandbox KE DE BR
	$(NESS) sql --sandbox --file demo

prefect: setup ## Prefect on http://127.0.0.1:4200 with the schedules, until Ctrl+C
	$(RUN)/python -m ness_pipeline.flows.server

# The tests also run the optional engines; Chromium comes from Debian where we may install it.
$(VENV)/.test-ready: $(VENV)/.ready
	@$(RUN)/uv sync --quiet --locked --inexact --all-extras --compile-bytecode
	@command -v chromium >/dev/null || { command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || echo "Chromium is missing: apt-get install chromium; the tests of pages are skipped."
	@touch $@

# Bytecode is written even where the environment forbids it: the tests start many processes.
test: $(VENV)/.test-ready lint ## set-up, linters, and the tests that prove each promise once (goal: five minutes)
	PYTHONDONTWRITEBYTECODE= $(RUN)/pytest -q -n 2 -m "not live and not slow"

test-all: test ## these and all others: kills, other engines, servers, a browser, real data (goal: 25 minutes)
	PYTHONDONTWRITEBYTECODE= $(RUN)/pytest -q -n 2 -m "slow and not live"

soak: $(VENV)/.test-ready ## faults, kills, full disks, clients and hostile input at full size, with their figures (hours)
	$(RUN)/python tests/soak
	$(RUN)/python tests/hostile

audit: $(VENV)/.test-ready ## all licences, and known vulnerabilities of the locked dependencies (needs the advisories of the package registry)
	$(RUN)/uv export --quiet --locked --all-extras --no-emit-project --format requirements-txt > $(VENV)/locked.txt
	$(RUN)/pip-licenses --python $(RUN)/python --order license --from mixed --format plain
	$(RUN)/pip-audit --requirement $(VENV)/locked.txt --disable-pip --strict --progress-spinner off

lint: setup ## ruff, mypy and the import directions
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

format: setup ## format the code
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

clean: ## remove what setup and runs have made, but for landing and the published file
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .import_linter_cache
	rm -rf warehouse/sandbox warehouse/build.duckdb*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
