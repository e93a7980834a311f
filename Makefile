# Everything sets itself up in .venv, from pinned and hashed requirements, with any Python >= 3.12.
# `make` alone prints what there is.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo serve test check bench torture format languages requirements clean

help: ## Print this
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null \
	  || grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST)

demo: $(VENV)/languages.stamp ## Load a year of a real grocer's sales, and serve it
	@$(BIN)/regulars demo $(ARGS)

serve: $(VENV)/languages.stamp ## Run Regulars on http://localhost:8000
	@$(BIN)/regulars serve $(ARGS)

test: $(VENV)/dev.stamp $(VENV)/languages.stamp ## Run all tests (ARGS="-k expiry" for some)
	@$(BIN)/python -m pytest --numprocesses logical --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/dev.stamp ## Lint, types, layers, migrations, deployment settings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/python -m tests.architecture.deployment

bench: $(VENV)/dev.stamp ## Measure against pgbench in the same run
	@$(BIN)/python -m tests.bench $(ARGS)

torture: $(VENV)/dev.stamp $(VENV)/languages.stamp ## Run the fault tests at release size (hours)
	@REGULARS_TORTURE=1 $(BIN)/python -m pytest -m "fault or torture" $(ARGS)

format: $(VENV)/dev.stamp ## Put the code into its one format
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

languages: $(VENV)/app.stamp ## Collect all texts, update the .po files, and say what is not translated
	@$(BIN)/python -m regulars.config.languages update

requirements: $(VENV)/dev.stamp ## Pin the newest versions that requirements/*.in allow (needs uv)
	@cd requirements && for name in build app dev; do \
	  uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.12 -o $$name.txt $$name.in; done

clean: ## Remove .venv and caches; what Regulars keeps in var/ stays
	@rm -rf $(VENV) .ruff_cache .mypy_cache .pytest_cache .import_linter_cache .hypothesis

# --- setting up -----------------------------------------------------------------------------------

$(VENV)/app.stamp: requirements/build.txt requirements/app.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Regulars needs into $(VENV) (the first time takes a minute)"
	@$(PIP) install --require-hashes -r requirements/build.txt -r requirements/app.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/languages.stamp: $(VENV)/app.stamp $(wildcard src/regulars/locale/*/LC_MESSAGES/django.po)
	@$(BIN)/python -m regulars.config.languages compile
	@touch $@

$(VENV)/dev.stamp: $(VENV)/app.stamp requirements/dev.txt
	@echo "Installing what tests and checks need into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then found=$$python; break; fi; done; \
	if [ -z "$$found" ]; then \
	  echo "Regulars needs Python 3.12 or newer, and found only: $$(python3 --version 2>&1)." >&2; \
	  echo "Install one, or say where it is: make PYTHON=/path/to/python3.13" >&2; exit 1; fi; \
	if ! $$found -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$found cannot make virtual environments: install its venv package (Debian: python3-venv)." >&2; exit 1; fi; \
	$$found -m venv --clear $(VENV)
