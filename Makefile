# What one can do here. `make run` and `make test` are all a newcomer needs.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
PIP_FLAGS := --quiet --disable-pip-version-check --no-input
# Relative, so that spaces and accents in the folder's own path cannot matter.
BIN := .venv/bin
READY := .venv/ready

.PHONY: help run test lint check lock serve clean

help: ## List what one can do
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: $(READY) ## Ingest the seeds into the archive, and print what to try next
	@$(BIN)/newswire ingest --all
	@echo
	@echo 'Try next:'
	@echo '  .venv/bin/newswire search "Étalières glacier"'
	@echo '  .venv/bin/newswire sql "SELECT source, status, count(*) FROM newswire.dispatch GROUP BY 1, 2 ORDER BY 1, 2"'

test: $(READY) ## Run the whole test suite
	@$(BIN)/python -m pytest -n 2

lint: $(READY) ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check: lint test ## Lint, then test

serve: $(READY) ## Run on schedule on this machine, with Prefect's page
	@$(BIN)/newswire serve

lock: $(READY) ## Renew requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes \
		--python-version 3.11 --extra dev --no-emit-index-url --no-annotate --no-header \
		pyproject.toml --output-file requirements.lock

clean: ## Remove the environment; the archive stays
	rm -rf .venv

# The lock names every package, so nothing is resolved: --no-deps. The build of the project itself
# uses the locked build tools, so nothing unlocked is fetched: --no-build-isolation. The path of an
# editable install is made relative: Python reads it as ASCII under LC_ALL=C, and would not start
# in a folder with an accent in its name.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'newswire needs Python 3.11 or later: make PYTHON=python3.12 run'; exit 1; }
	@echo 'preparing .venv from requirements.lock (a minute or two, once) …'
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install $(PIP_FLAGS) --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install $(PIP_FLAGS) --no-deps --no-build-isolation --editable .
	@for file in .venv/lib/python3*/site-packages/*newswire.pth; do echo ../../../.. > "$$file"; done
	@touch $(READY)
