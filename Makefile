# `make run` starts the service, `make test` proves it. Everything goes into .venv; nothing is
# installed outside this folder, but for the Debian packages that the tests need (`make test` as
# root installs them, else it says which). A second run finds the stamps in .make and is quick.

PYTHON ?= $(shell command -v python3.11 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .make

.DEFAULT_GOAL := help
.PHONY: help run test fix bench load lock clean debian-packages

help:
	@echo "make run     install into .venv and start the demo on http://127.0.0.1:8080"
	@echo "make test    all gates and all tests"
	@echo "make fix     format, and repair what ruff can repair"
	@echo "make bench   the speed figures"
	@echo "make load    20 calls a second for 3 minutes on a real Asterisk (root)"
	@echo "make lock    write requirements/*.txt anew from pyproject.toml"
	@echo "make clean   remove .venv and .make"

run: $(STAMPS)/run
	@exec $(BIN)/callcenter serve $(ARGS)

test: debian-packages $(STAMPS)/test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term --cov-fail-under=100 $(ARGS)

fix: $(STAMPS)/test
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(STAMPS)/test
	@$(BIN)/python -m tests.bench $(ARGS)

load: debian-packages $(STAMPS)/test
	@$(BIN)/python -m tests.lab.load $(ARGS)

# The index of packages is whatever pip is set up with; its address never gets into the files.
LOCK := $(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host --no-header --allow-unsafe --upgrade
lock: $(STAMPS)/test
	@$(BIN)/python -m pip install --quiet pip-tools
	@$(LOCK) --output-file requirements/runtime.txt pyproject.toml
	@$(BIN)/python tools/group.py test | $(LOCK) --constraint requirements/runtime.txt \
		--output-file requirements/test.txt -

clean:
	rm -rf $(VENV) $(STAMPS)

debian-packages:
	@sh tools/debian-packages.sh tests/debian-packages.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed. Name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "The virtual environment cannot be made. On Debian: apt-get install python3-venv" >&2; \
		exit 1; }

# The editable install runs the build hook, which fetches the libraries of the pages.
INSTALLED_FROM := pyproject.toml $(wildcard screenpop_ui/package*.json screenpop_ui/build_assets.py)

$(STAMPS)/run: requirements/runtime.txt $(INSTALLED_FROM) | $(BIN)/python
	@$(BIN)/python -m pip install -r requirements/runtime.txt -e .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/test: requirements/test.txt $(STAMPS)/run
	@$(BIN)/python -m pip install -r requirements/test.txt
	@mkdir -p $(STAMPS) && touch $@
