# Everything a fresh machine with Python 3.11 and make needs. `make` alone lists the targets.
PYTHON ?= python3.11
VENV ?= .venv
BIN = $(VENV)/bin
DEMO = .cache/demo.pq
SECONDS ?= 20
export HF_HUB_OFFLINE = 1
export GRADIO_ANALYTICS_ENABLED = False

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types wheel adapters browser gate fuzz slow chaos clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it, or name one with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@echo "Installing PyTorch (the longest part) ..."
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	@echo "Installing Pullquote and what it needs ..."
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	@touch $@

demo: $(VENV)/.installed  ## set up, build the demo archive, answer five questions
	@$(BIN)/python -m pullquote.ui.cli.demo eval/demo $(DEMO)

# Two processes with one thread each: models this small gain nothing from threads.
test: $(VENV)/.installed  ## set up, run the tests that need no browser, data or network
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: lint types test fuzz gate wheel adapters browser  ## what CI runs

lint: $(VENV)/.installed  ## ruff: style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.installed .typecheck/pullquote  ## mypy, strict
	@$(BIN)/mypy

# Static checkers don't follow the editable install's mapping of folders: they get a tree of links.
.typecheck/pullquote: $(wildcard core/*)
	@rm -rf $@ && mkdir -p $@
	@for entry in core/*.py core/py.typed; do ln -s ../../$$entry $@/; done
	@for folder in index qa ui eval; do ln -s ../../$$folder $@/$$folder; done

wheel: $(VENV)/.installed  ## build the wheel, install it in an empty environment, ask it a question
	@$(BIN)/python -m pytest -m wheel

# The frameworks are installed once, each into an environment of its own in .cache/adapters.
adapters: $(VENV)/.installed  ## the retrievers for LangChain, LlamaIndex and Haystack, with the real packages
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m adapters tests/qa/test_adapters.py

browser: $(VENV)/.installed  ## the chat in Debian's chromium, also behind nginx and Caddy (installed where missing)
	@command -v chromium >/dev/null || { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; }
	@PATH="$$PATH:/usr/sbin"; command -v nginx >/dev/null && command -v caddy >/dev/null || \
		{ apt-get -qq update && apt-get -qq install -y --no-install-recommends nginx-light caddy; } || \
		echo "nginx and Caddy can't be installed: the tests behind them are skipped."
	@$(BIN)/python -m pytest -m browser tests/browser
	@$(BIN)/python -m pytest -m browser tests/eval

gate: $(VENV)/.installed  ## score the shipped gold set; fails below eval/floors.json
	@$(BIN)/pullquote eval --report .cache/gate --floors eval/floors.json

# By hand: `make fuzz SECONDS=3600 SEED=7`.
fuzz: $(VENV)/.installed  ## mutated inputs for every parser, furniture, splitting and questions; SECONDS=20 SEED=1
	@OMP_NUM_THREADS=1 $(BIN)/python tests/fuzz/fuzzing.py --seconds $(SECONDS) --seed $(or $(SEED),1)

slow: $(VENV)/.installed  ## the tests that take minutes, and those on ../shared
	@$(BIN)/python -m pytest -m "slow or data"

# CHAOS='--kills 1000 --flips 500 --full-disks 100 --folder /dev/shm' and the like; --help tells them all.
chaos: $(VENV)/.installed  ## mistreat archives: kills, torn writes, flipped bits, full disks
	@PYTHONPATH=tests OMP_NUM_THREADS=1 $(BIN)/python tests/chaos/chaos.py $(CHAOS)

clean:  ## remove what make made, but for the virtual environment
	rm -rf .typecheck .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info $(DEMO)
