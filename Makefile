# The one front door. A machine needs Python 3.11 or newer, make and git; nothing else.
# Another Python than python3: make PYTHON=python3.12 test

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip -qq --disable-pip-version-check
DEMO   := tests/captures/rc7620-thread-complete.log

.DEFAULT_GOAL := help
.PHONY: help demo test lint check coverage bench prove diagrams screenshots clean ALWAYS

help: ## say what there is
	@echo 'Start with "make demo". Each target sets up what it needs in $(VENV).'
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s  %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.demo-ready ## replay a captured log in which a modem goes wrong
	@$(BIN)/atfsm replay $(DEMO); status=$$?; \
	case $$status in \
	1) echo; echo 'demo: a wobble was found and explained, as it should be (atfsm says so with exit code 1).';; \
	0) echo 'demo: failed: there is a wobble in $(DEMO), and replay did not see it.' >&2; exit 1;; \
	*) echo "demo: failed: replay ended with exit code $$status instead of 1." >&2; exit 1;; \
	esac

test: $(VENV)/.dev-ready ## run every test, on all cores; ARGS="-k tcp" runs some
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: $(VENV)/.dev-ready ## style, types, floors of import, spelling
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo 'lint: not formatted; run: $(BIN)/ruff format' >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@report=$$($(BIN)/lint-imports --no-cache 2>&1) || { printf '%s\n' "$$report"; exit 1; }
	@$(BIN)/codespell
	@echo 'lint: clean'

check: lint ## all that has to hold before a change is sent: lint, fresh drawings, tests
	@$(BIN)/atfsm diagram --check
	@$(MAKE) --no-print-directory test

coverage: $(VENV)/.dev-ready ## run every test and list the branches that none took
	@$(BIN)/python -m pytest --cov --cov-report=term-missing $(ARGS)

bench: $(VENV)/.dev-ready ## measure replay, its verdicts, fleets and the live stack
	@PYTHONPATH=. $(BIN)/python tests/benchmarks/bench_replay.py $(ARGS)
	@PYTHONPATH=. $(BIN)/python tests/benchmarks/bench_live.py
	@PYTHONPATH=. $(BIN)/python tests/benchmarks/bench_causes.py
	@PYTHONPATH=. $(BIN)/python tests/benchmarks/bench_fleet.py

prove: $(VENV)/.dev-ready ## run the large numbers, over an hour; ARGS="--scale 0.01" runs a part
	@PYTHONPATH=. $(BIN)/python -m tests.prove $(ARGS)

diagrams: $(VENV)/.demo-ready ## draw the charts anew into fsm_diagrams
	@$(BIN)/atfsm diagram

screenshots: $(VENV)/.dev-ready ## take the pictures of the documentation anew
	@PYTHONPATH=. $(BIN)/python -m tests.view.screenshot

clean: ## remove what the other targets made, the environment included
	@rm -rf $(VENV) build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find src tests -type d -name __pycache__ -prune -exec rm -rf {} +

# -- setting up ---------------------------------------------------------------------------------
# Two stamps: .demo-ready holds what atfsm needs to run, .dev-ready what its tests need as well.
# Both are stale when pyproject.toml is newer, when the checkout was moved (scripts in .venv name
# their place) or when the Python that .venv was made of is gone.

MODERN := import sys, pip; sys.exit(sys.version_info < (3, 11))

ifneq ($(CURDIR),$(shell $(BIN)/python -c 'print(open("$(VENV)/.demo-ready").read())' 2>/dev/null))
$(VENV)/.demo-ready: ALWAYS
endif

$(VENV)/.demo-ready: pyproject.toml
	@if [ -e $@ ] && [ "$$(cat $@)" != "$(CURDIR)" ]; then rm -rf $(VENV); fi
	@$(BIN)/python -c '$(MODERN)' 2>/dev/null || { \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'make: "$(PYTHON)" is not Python 3.11 or newer; name one that is: make PYTHON=python3.11 $(MAKECMDGOALS)' >&2; exit 1; }; \
	$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo 'make: "$(PYTHON)" has no venv module; install it (Debian, Ubuntu: apt install python3-venv) and try again' >&2; exit 1; }; \
	echo 'make: setting up $(VENV), once' >&2; \
	$(PYTHON) -m venv --clear $(VENV); }
	@$(PIP) install --editable .
	@printf '%s' '$(CURDIR)' > $@

$(VENV)/.dev-ready: $(VENV)/.demo-ready
	@$(PIP) install 'pip>=25.1' # the first that knows --group
	@$(PIP) install --editable '.[fleet]' # what is an extra for users is tested, too
	@$(PIP) install --group dev
	@touch $@
