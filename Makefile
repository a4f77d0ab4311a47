# `make` alone prints this list.
PYTHON ?= $(firstword $(foreach p,python3.13 python3.12 python3.11 python3,$(shell $(p) -c 'import sys; print("$(p)") if sys.version_info >= (3, 11) else None' 2>/dev/null | grep -v None)))
VENV ?= .venv
JOBS ?= 3
RUN := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo demo-web env test smoke mutate-masks faults worlds soak bench bench-quick bench-full cost coverage \
        check audit format docs locks clean

help: ## print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/installed ## verify a number here and now, no account and no settings needed
	@$(RUN) -m worker demo

demo-web: $(VENV)/installed ## the same with a page to verify a number on, and Flower, until Ctrl-C
	@$(RUN) -m worker demo --web

env: ## write .env for a demo in Docker: fresh passwords and keys, no Twilio account
	@if [ -e .env ]; then echo ".env is there already: left as it is"; \
	else umask 077 && deploy/demo-env.sh >.env && echo "wrote .env; now: docker compose --profile demo up --build"; fi

test: $(VENV)/installed ## run all tests, JOBS at a time; starts what they need and stops it
	@$(RUN) -m pytest -n $(JOBS) --dist loadfile

smoke: $(VENV)/installed ## build the image and try it in containers, three minutes (needs Docker)
	@$(RUN) -m pytest -o addopts=-ra tests/smoke

mutate-masks: $(VENV)/installed ## take each mask away and see it missed, ten minutes
	@$(RUN) -m tests.privacy.mutate

faults: $(VENV)/installed ## break everything on purpose, 20 minutes; writes docs/reliability.md
	@$(RUN) -m tests.faults

worlds: $(VENV)/installed ## play all worlds of up to three checks, ten minutes (docs/settling.md)
	@WORLDS=all $(RUN) -m pytest -q tests/integration/settling/test_worlds.py -k sqlite

soak: $(VENV)/installed ## ten soaks with other seeds (SOAK_SEEDS, SOAK_INTENTS)
	@$(RUN) -m tests.faults soak

cost: $(VENV)/installed ## what a run costs in CPU, beside nothing; fails far beyond
	@$(RUN) -m pytest -q tests/benchmark

bench: $(VENV)/benched ## measure speed beside the naive task, seven minutes
	@$(RUN) -m tests.benchmark

bench-quick: $(VENV)/installed ## the same once and briefly, a minute; keeps nothing
	@$(RUN) -m tests.benchmark quick

bench-full: $(VENV)/benched ## what bench leaves out, half an hour (tests/benchmark)
	@$(RUN) -m tests.benchmark full

coverage: $(VENV)/installed ## run all tests and say which branches none of them takes
	@$(RUN) -m coverage erase
	@$(RUN) -m coverage run -m pytest -q
	@$(RUN) -m coverage combine -q
	@$(RUN) -m coverage report --skip-covered --show-missing

check: $(VENV)/installed ## lint, types, generated files up to date
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(RUN) -m tests.documents --check

audit: $(VENV)/installed ## ask whether a locked version has a known hole; reports, never fails
	@timeout 120 $(RUN) -m pip_audit --disable-pip --require-hashes --progress-spinner off --timeout 10 \
	  -r locks/worker.txt || echo "audit: something above needs a look, or could not be asked"

format: $(VENV)/installed ## format the code
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

docs: $(VENV)/installed ## write the generated documents anew
	$(RUN) -m tests.documents

locks: ## resolve the locked versions anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --extra worker pyproject.toml -o locks/worker.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --extra worker --extra demo --extra example --extra test -c locks/worker.txt pyproject.toml -o locks/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --extra worker --extra bench -c locks/dev.txt pyproject.toml -o locks/bench.txt

clean: ## remove what was installed and built here
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* dist

$(VENV)/benched: $(VENV)/installed locks/bench.txt
	@$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r locks/bench.txt
	@touch $@

$(VENV)/installed: locks/dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or say PYTHON=…" >&2; exit 1; }
	@echo "installing into $(VENV), once"
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r locks/dev.txt
	@touch $@
