# Each target makes the virtual environment it needs; nothing but Python >= 3.11 (with venv), make and git is assumed.
# Packages are pinned with hashes in requirements/, which `make lock` renews.

PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PIP = -m pip --disable-pip-version-check --quiet install
RUN := .venv-run
TEST := .venv-test
LOWEST := .venv-lowest
BIN = $(TEST)/bin

.PHONY: demo test check unit lowest bench fields lock clean

# The main job on the example: its manifests for the mirror, then their Secrets. The credentials are sample values.
demo: $(RUN)/ready
	@HARBOR_USER='robot$$demo' HARBOR_PASSWORD=sample-password $(RUN)/bin/repoint render \
		--config examples/quickstart/repoint.yaml examples/quickstart/manifests

# Everything that has to hold: lint, format, types, then every test.
test: check unit

check: $(TEST)/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

unit: $(TEST)/ready
	$(BIN)/python -m pytest -n auto

# The same tests with the oldest versions that pyproject.toml allows.
lowest: $(LOWEST)/ready
	$(LOWEST)/bin/python -m pytest -n auto

# Side by side with what is installed of kubectl, kustomize and yq; some three minutes, nothing asserted.
bench: $(RUN)/ready
	@$(RUN)/bin/python tests/bench.py

# What is found of the fields that hold images in real manifests: those of a list, and those in a folder where there is
# one; nothing asserted.
fields: $(RUN)/ready
	@REPOINT_CORPUS='$(or $(REPOINT_CORPUS),$(wildcard ../shared/corpus))' $(RUN)/bin/python tests/observed_fields.py

$(RUN)/ready: requirements/runtime.txt pyproject.toml $(shell find transformer schemas -name '*.py' -o -name '*.json' -o -name '*.txt')
	@$(require-python)
	@test -d $(RUN) || $(PYTHON) -m venv $(RUN)
	@$(RUN)/bin/python $(PIP) --require-hashes --requirement requirements/runtime.txt
	@rm -rf build
	@$(RUN)/bin/python $(PIP) --no-build-isolation --no-deps --force-reinstall .
	@touch $@

$(TEST)/ready: requirements/test.txt pyproject.toml
	@$(require-python)
	@test -d $(TEST) || $(PYTHON) -m venv $(TEST)
	@$(TEST)/bin/python $(PIP) --require-hashes --requirement requirements/test.txt
	@$(TEST)/bin/python $(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

$(LOWEST)/ready: requirements/test.txt requirements/lowest.txt pyproject.toml
	@$(require-python)
	@test -d $(LOWEST) || $(PYTHON) -m venv $(LOWEST)
	@$(LOWEST)/bin/python $(PIP) --require-hashes --requirement requirements/test.txt
	@$(LOWEST)/bin/python $(PIP) --require-hashes --no-deps --requirement requirements/lowest.txt
	@$(LOWEST)/bin/python $(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

define require-python
	test -n "$(PYTHON)" || { echo "repoint needs Python 3.11 or newer with venv; none is on PATH (set PYTHON=...)" >&2; exit 1; }
endef

# Renew the pins; needs uv.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
lock:
	$(LOCK) pyproject.toml --group build --output-file requirements/runtime.txt --upgrade
	$(LOCK) pyproject.toml --group test --output-file requirements/test.txt --upgrade
	$(LOCK) pyproject.toml --extra seal --no-deps --resolution lowest-direct --output-file requirements/lowest.txt --upgrade

clean:
	rm -rf $(RUN) $(TEST) $(LOWEST) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
