# `make help` lists the targets. Every path is relative, so that a folder with a space in its name is fine.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PORT ?= 8000
PYTHON ?= $(shell command -v python3.11 || echo python3)
UV_VERSION := 0.13.8
VENV := .venv
IN_VENV := $(VENV)/bin/python
# How many processes run the tests.
JOBS ?= 3
# How long people act and parts break in `make chaos`.
SECONDS_ ?= 120

# Python may keep what it compiled, whatever the shell says: without it every start takes seconds longer.
export PYTHONDONTWRITEBYTECODE :=
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif

.PHONY: help setup setup-dev run test lint types lock migrations check matrix pictures chaos kills fuzz machine mutants bench bench-hours

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## Make the virtual environment with what running needs
	@$(call sync,runtime)

setup-dev: ## Make the virtual environment with what developing needs
	@$(call sync,dev)

run: setup ## Run the whole portal here with demo data; PORT=8001 chooses the port
	@PORTAL_EMBEDDED=1 exec $(IN_VENV) manage.py up --port "$(PORT)"

test: lint types ## Run everything that needs no server; `make test ARGS="-k tick"` runs less
	@$(IN_VENV) -m pytest -n $(JOBS) $(ARGS)

lint: setup-dev ## Check style and formatting
	@$(IN_VENV) -m ruff check --quiet .
	@$(IN_VENV) -m ruff format --check --quiet . || { echo "Run: $(IN_VENV) -m ruff format ."; exit 1; }

types: setup-dev ## Check types
	@PORTAL_EMBEDDED=1 $(IN_VENV) -m mypy

lock: setup-dev ## Renew requirements/ from pyproject.toml; UPGRADE=1 takes newer versions
	@for set in runtime dev; do \
	  $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --no-annotate $(if $(UPGRADE),--upgrade) \
	    $$([ $$set = dev ] && echo "--group dev") pyproject.toml --output-file requirements/$$set.txt || exit 1; \
	done

migrations: setup-dev ## Write the migrations that the models need
	@PORTAL_EMBEDDED=1 $(IN_VENV) manage.py makemigrations

fuzz: setup-dev ## Send 100,000 hostile requests, for an hour at most; REQUESTS, SECONDS and SEED change that
	@FUZZ_REQUESTS=$(or $(REQUESTS),100000) FUZZ_SECONDS=$(or $(SECONDS),3600) $(if $(SEED),FUZZ_SEED=$(SEED)) \
	  $(IN_VENV) -m pytest tests/security/fuzz -s --timeout=0 --log-level=CRITICAL --show-capture=no

check: setup-dev ## Check the settings of a deployment, with an environment made up for it
	@SECRET_KEY="$$($(IN_VENV) -c 'import secrets; print(secrets.token_urlsafe(60))')" ALLOWED_HOSTS=portal.example \
	  $(IN_VENV) manage.py check --deploy --fail-level WARNING

.PHONY: seats
seats: setup-dev ## Let twenty at a time race for the last seat of a license; ROUNDS=50, DATABASE_URL
	@SEAT_ROUNDS=$(or $(ROUNDS),50) $(IN_VENV) -m pytest tests/races/test_last_seat.py -q

matrix: setup-dev ## Measure who may do what at every address and write docs/authorisation.md
	@WRITE_MATRIX=1 $(IN_VENV) -m pytest tests/walks/test_authorisation.py -q --timeout=900

kills: setup-dev ## Kill processes at random points, with a histogram; N=10000 kills, SEED=1, DATABASE_URL
	@LOG_LEVEL=ERROR $(IN_VENV) -m pytest tests/kills/at_random.py -q -s --timeout 7200 --show-capture no

machine: setup-dev ## Walk portal and model side by side; STEPS=100000, SEED=1, LIFE=10000, MINUTES=90, DATABASE_URL
	@$(IN_VENV) -m tests.machine

mutants: setup-dev ## Seed every fault that the lifecycle machine has to catch; the suite seeds every other one
	@MUTANTS=all $(IN_VENV) -m pytest tests/machine/test_mutants.py -n $(JOBS) -q --timeout 900

bench: setup-dev ## Measure the portal on PostgreSQL beside floors of the same run; BENCH_CASES=1000000, KEEP=1
	@$(IN_VENV) -m bench

bench-hours: setup-dev ## Compare business time with an independent library: agreement and speed; INSTANTS=10000
	@$(IN_VENV) -m bench.business_time

.PHONY: messages compile-messages
messages: setup-dev ## Bring new sentences into locale/; needs gettext. Translate them, then `make compile-messages`
	@PORTAL_EMBEDDED=1 $(IN_VENV) manage.py makemessages -l fr -l nl -l ja --no-location --no-obsolete --no-wrap \
	  --ignore=.venv --ignore=var --ignore=tests --ignore=bench
	@for po in locale/*/LC_MESSAGES/django.po; do msgcat --sort-output --no-wrap $$po -o $$po || exit 1; done

compile-messages: ## Compile locale/; needs gettext
	@for po in locale/*/LC_MESSAGES/django.po; do msgfmt --check-format $$po -o $${po%.po}.mo || exit 1; done

pictures: setup-dev ## Draw the README's pictures from the running demo; needs Chromium
	@$(IN_VENV) -m tests.browser.pictures

chaos: setup-dev ## People, kill -9 and outages, then a table; SECONDS_=600 SEED=7 CANARY=forms-twice; needs PostgreSQL's programs
	@$(IN_VENV) -m tests.chaos --seconds "$(SECONDS_)" $(if $(SEED),--seed "$(SEED)") $(if $(CANARY),--canary "$(CANARY)")

.PHONY: canaries
canaries: setup-dev ## Break one thing on purpose in each of seven short runs of chaos, which must find it; ten minutes
	@$(IN_VENV) -m tests.chaos.try_canaries

# $(call sync,runtime|dev): does nothing when the lock file's checksum is the one last installed.
# pip only brings uv, into the environment and from outside it: Debian's python3-venv is not needed.
define sync
set -e; \
mkdir -p -m 700 var; \
if command -v flock >/dev/null 2>&1; then exec 9>var/setup.lock; flock 9; fi; \
mark="$(VENV)/.installed-$(1)-$$(cksum < requirements/$(1).txt | tr ' ' '-')"; \
if [ -e "$$mark" ] && $(IN_VENV) -c '' 2>/dev/null; then exit 0; fi; \
"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || \
  { echo "Python 3.11 is needed: install Debian's package python3, or name it: make PYTHON=/path/to/python3.11 ..."; exit 1; }; \
"$(PYTHON)" -m pip --version >/dev/null 2>&1 || \
  { echo "Python's pip is needed: install Debian's package python3-pip."; exit 1; }; \
[ -w "$${HOME:-/nonexistent}" ] || export UV_CACHE_DIR="$$PWD/var/uv-cache"; \
echo "Installing what requirements/$(1).txt names ..."; \
$(IN_VENV) -c '' 2>/dev/null || { rm -rf $(VENV); "$(PYTHON)" -m venv --without-pip $(VENV); }; \
[ "$$($(VENV)/bin/uv --version 2>/dev/null | cut -d' ' -f2)" = "$(UV_VERSION)" ] || \
  "$(PYTHON)" -m pip --quiet --disable-pip-version-check --python $(IN_VENV) install "uv==$(UV_VERSION)"; \
rm -f $(VENV)/.installed-*; \
$(VENV)/bin/uv pip sync --quiet --python $(IN_VENV) --require-hashes requirements/$(1).txt; \
touch "$$mark"; \
[ "$(1)" = runtime ] || touch "$(VENV)/.installed-runtime-$$(cksum < requirements/runtime.txt | tr ' ' '-')"
endef
