# The verbs of this repository; `make help` lists them.
# They need Python 3.11 or later and put everything else into .venv; PYTHON=python3.13 chooses another.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCKER := uv==0.13.8
LINTER := @stoplight/spectral-cli@6.16.3
# Where tests and benches run: here, or with COMPILED=1 where the heart is compiled.
PLACE := $(if $(COMPILED),build/compiled,.)
COPY := $(if $(COMPILED),compiled)
PYTHON_HERE := $(CURDIR)/$(BIN)/python
APPS := gateway.app services.police.app services.cps.app services.probation.app

.DEFAULT_GOAL := help
.PHONY: help demo token synthetic test torture check openapi format lock bench compiled clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/ready ## Start everything and play the sample journeys; ctrl-C stops it
	@exec $(BIN)/python -m demo $(ARGS)

token: $(VENV)/ready ## Print a token for the demo; ROLE=agency_reader ORGANISATION=police/dorset, SCOPE=special_category
	@exec $(BIN)/python -m shared.access token $(or $(ROLE),inspector) \
	    $(addprefix --organisation ,$(ORGANISATION)) $(addprefix --scope ,$(SCOPE)) $(ARGS)

synthetic: $(VENV)/ready ## Make synthetic journeys and what is true of them; ARGS="--journeys 5000 --send"
	@exec $(BIN)/python -m demo.synthetic $(ARGS)

# Three at once on two cores, because many a test waits for a process or a database.
test: $(VENV)/ready $(COPY) ## Run the tests; ARGS="tests/house -x" is handed to pytest, COMPILED=1 as for bench
	@cd $(PLACE) && exec $(PYTHON_HERE) -m pytest --numprocesses 3 --dist worksteal $(ARGS)

torture: $(VENV)/ready ## Kill, stop and flood doors and projectors many times over; TIMES=50 is how many
	@TORTURE=$(or $(TIMES),20) $(BIN)/python -m pytest tests/services/test_survival.py \
	    tests/services/test_migrating.py tests/gateway/register/test_survival.py \
	    tests/gateway/register/test_everything_killed.py \
	    tests/gateway/partner_tables/test_published.py -x $(ARGS)

check: $(VENV)/ready ## Check format, lint, types, walls, rules, migrations and dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m gateway.rulebook check
	$(BIN)/python -m gateway.rulebook render docs/rulebook.md --check
	$(BIN)/python -m shared.store.migrate --check
	$(BIN)/python .ci/audit.py requirements/*.txt || test $$? = 3

# Fetched by npm when it is wanted, since nothing else here stands on Node.js.
openapi: $(VENV)/ready ## Write the OpenAPI documents to build/openapi and lint them; needs npm
	@mkdir -p build/openapi
	@for app in $(APPS); do $(BIN)/python -c \
	    "import json, $$app as it; print(json.dumps(it.app.openapi()))" > build/openapi/$$app.json; done
	@npm exec --yes --package=$(LINTER) -- spectral lint --fail-severity=warn build/openapi/*.json

format: $(VENV)/ready ## Format the code and mend what the linter can mend
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

# Pins that still fit are kept. The locker has a place of its own, so that no lock has to name it.
lock: $(VENV)/ready ## Pin the dependencies of pyproject.toml anew; ARGS=--upgrade takes newer releases
	@$(BIN)/python -m venv build/lock
	@build/lock/bin/python -m pip install --quiet --disable-pip-version-check $(LOCKER)
	@$(call pin,runtime,What the four applications need)
	@$(call pin,dev,What a laptop and CI need,--all-extras --constraint requirements/runtime.txt)
	@$(call pin,compiled,What the image is built with,--extra compiled --constraint requirements/dev.txt)
	@$(call pin,client,What the client needs,--constraint requirements/dev.txt,client/)
	@rm -r build/lock

define pin
build/lock/bin/uv pip compile $(4)pyproject.toml $(3) --output-file requirements/$(1).txt $(ARGS) \
    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet && \
{ echo '# $(2), on any platform and Python 3.11 or later; `make lock` pins it anew.'; \
  cat requirements/$(1).txt; } > build/$(1).txt && mv build/$(1).txt requirements/$(1).txt
endef

bench: $(VENV)/ready $(COPY) ## Measure how fast it is on this machine; COMPILED=1 with a compiled heart
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade \
	    --target build/bench -r bench/requirements.txt
	@cd $(PLACE) && PYTHONPATH=$(CURDIR)/build/bench exec $(PYTHON_HERE) -m bench $(ARGS)

# A copy, because a module that was compiled knows nothing of what is changed in it later.
compiled: $(VENV)/ready ## Copy the code to build/compiled and compile the heart there; needs a C compiler
	@rm -rf build/compiled && mkdir -p build/compiled
	@git ls-files -z --cached --others --exclude-standard | tar --null --files-from - -cf - \
	    | tar -C build/compiled -xf -
	@echo 'Compiling the heart in build/compiled; this takes some three minutes.' >&2
	@cd build/compiled && exec $(PYTHON_HERE) compile_heart.py

clean: ## Remove the virtual environment and everything built
	@rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# Made afresh whenever the lock changes; touched last, so that half an environment never passes for one.
$(VENV)/ready: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'Python 3.11 or later is needed; name one, such as: make $(MAKECMDGOALS) PYTHON=python3.13'; exit 1; }
	@echo 'Installing the pinned dependencies into $(VENV); this is done once.' >&2
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
