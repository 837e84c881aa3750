# All there is to remember: make demo, test, check, fix, bench. (And docs, after a flag has changed.)

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test check fix docs bench crash bench-peers clean
.DEFAULT_GOAL := help

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

demo: $(READY)  ## plan and apply the 154 schools of the example to the sandbox
	$(BIN)/pedell demo

test: $(READY)  ## run all tests that this machine can run
	$(BIN)/pytest -q -n 2

check: $(READY)  ## what CI runs: format, lint, types, tests (those of the docs too)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/pytest -q -n 2

fix: $(READY)  ## format, and repair what the linter can repair
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(READY)  ## write the pages of the reference that are read off the program
	$(BIN)/python -m docs.generate

bench: $(READY)  ## measure whole commands and print the figures
	$(BIN)/python -m tests.bench

crash: $(READY)  ## break 500 applies and kill 230, and print what that did
	$(BIN)/python -m tests.crash

bench-peers: $(READY)  ## measure servers beside the tools people use, as root
	$(BIN)/python -m tests.bench.peers --install
	$(BIN)/python -m tests.bench.peers $(ARGS)

clean:  ## remove what make has made; the memory of an inventory (.pedell) stays
	rm -rf .venv .peers .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find cli tests inventories -name __pycache__ -type d -prune -exec rm -rf {} +

# hatchling comes first, in the version of the constraints, so that building asks for nothing more.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Pedell needs Python 3.11 or newer as $(PYTHON)." >&2; \
	  echo "If it has another name here: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments yet." >&2; \
	  echo "On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt hatchling editables
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@touch $@
