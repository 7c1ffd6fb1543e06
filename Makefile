# Each target sets itself up in .venv; all it needs is Python 3.10 or newer, git and make.
# Another interpreter, in an environment of its own: make test PYTHON=python3.12 VENV=.venv312
.DEFAULT_GOAL := help

PYTHON ?=
VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install -qq --disable-pip-version-check
STAMP = $(VENV)/installed
DEMO_STAMP = $(VENV)/installed-demo
PYTEST_ARGS =
# The tests of a module stay together, in one of a few processes (tests/conftest.py). In this very process, for a
# breakpoint: make pytest PYTEST_ARGS="-n 0 -k subscribe" (--pdb does that by itself).
PYTEST_SPREAD = -n auto --maxprocesses 4 --dist loadfile
# The clients that syncgql is compared with have an environment of their own.
BENCH_VENV = .venv-bench
BENCH_STAMP = $(BENCH_VENV)/installed
BENCH_ARGS =
CODEGEN_VENV = .venv-bench-codegen
CODEGEN_STAMP = $(CODEGEN_VENV)/installed

# graphql-core 3.2 beside the 3.3 of .venv, and graphene and ariadne-codegen, which need 3.2.
CORE32_VENV = .venv-core32
CORE32_STAMP = $(CORE32_VENV)/installed
CORE32_TESTS = tests/schema tests/operations tests/codegen tests/transport/test_local_schema.py tests/test_request.py \
	tests/contrib/test_ariadne_codegen.py

# The oldest Django that is supported, beside everything else from .venv.
DJANGO42_VENV = .venv-django42
DJANGO42_STAMP = $(DJANGO42_VENV)/installed
PACKAGES_OF = $$($(1)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

# While threads are switched all the time, these tests find races that need a switch between two particular bytecodes in
# minutes instead of years.
STRESS_TESTS = tests/runtime tests/client/test_interrupt.py tests/client/test_submit.py tests/test_subscription.py \
	tests/transport/test_response_owners.py

# They run the same lines thousands of times. To measure them would double their time, and cover hardly another line.
REPETITIVE_TESTS = tests/hostile tests/pipeline/test_pacing.py tests/transport/test_phoenix_cuts.py \
	tests/transport/websocket/test_cuts.py

# What depends on the interpreter runs on the oldest and on the newest Python that is supported and found here, too.
ENGINE_TESTS = tests/runtime tests/pipeline tests/client/test_context.py tests/client/test_counts.py \
	tests/client/test_exit.py tests/client/test_fork.py tests/client/test_gevent.py \
	tests/client/test_interrupt.py tests/client/test_lifecycle.py tests/client/test_references.py \
	tests/client/test_submit.py tests/test_deadline.py tests/test_imports.py tests/test_subscription.py \
	tests/test_tracebacks.py tests/transport/aiohttp_session tests/transport/test_aiohttp.py \
	tests/transport/test_aiohttp_responses.py tests/transport/test_aiohttp_websockets.py \
	tests/transport/test_batching.py tests/transport/websocket
OLDEST = 3.10
NEWEST = 3.13 3.12
PYENV = $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions
# The first Python of the versions $(1) that starts and has venv, on PATH or installed by pyenv; nothing if there is none.
find-python = $(shell for version in $(1); do for python in python$$version $(PYENV)/$$version.*/bin/python; do \
	"$$python" -c '$(ENOUGH)' 2>/dev/null && echo "$$python" && exit; done; done)

# Many containers set this. Each of the hundreds of programs that the tests start would compile its modules again.
unexport PYTHONDONTWRITEBYTECODE

# The extras of .venv. They are fewer in the environments of other interpreters, which only run tests.
EXTRAS = test,lint,docs

# The options with which make builds two targets at once. Make 3, which macOS has, cannot keep their output apart.
SIDE_BY_SIDE = --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync)

# The first of these that is new enough builds .venv.
PYTHONS = $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.10)
VERSION = import sys; print("%d.%d" % sys.version_info[:2])
ENOUGH = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))

.PHONY: help venv node demo test lanes environments installed lint types docs pytest repetitive stress core32 \
	engine engine-oldest engine-newest engine-tests django django-tests coverage bench dist format clean

help: ## Show this list
	@grep -E '^[a-z0-9]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

venv: $(STAMP) node ## Build .venv with everything the other targets need

$(BIN)/python:
	@set -e; \
	for python in $(PYTHONS); do \
		if "$$python" -c '$(ENOUGH)' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
		echo "syncgql needs Python 3.10 or newer with venv; none of these is: $(PYTHONS)." >&2; \
		echo "Name another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$found (a minute or two the first time)"; \
	"$$found" -m venv $(VENV)
	@$(PIP) --upgrade pip

$(STAMP): $(BIN)/python setup.cfg setup.py pyproject.toml syncgql/version.py
	@$(PIP) --editable '.[$(EXTRAS)]'
	@touch $(STAMP) $(DEMO_STAMP)

$(DEMO_STAMP): $(BIN)/python setup.cfg setup.py pyproject.toml
	@$(PIP) --editable '.[demo]'
	@touch $(DEMO_STAMP)

node: $(STAMP) ## Install the npm packages that some tests run, where there is Node
	@$(BIN)/python -m tests.node_packages

demo: $(DEMO_STAMP) ## Run the demo: a real GraphQL server and a client that talks to it
	@$(BIN)/python -m syncgql demo

test: ## Run everything that CI runs
	@$(MAKE) $(SIDE_BY_SIDE) environments lint types docs node
	@$(MAKE) coverage lanes

# The processes of these often wait; those of coverage keep all cores busy.
lanes:
	@$(MAKE) $(SIDE_BY_SIDE) stress core32 repetitive engine-oldest engine-newest

# The environments are installed one after the other, because each installation writes syncgql.egg-info.
environments: $(STAMP) $(CORE32_STAMP)
	@$(MAKE) engine-oldest ENGINE_GOAL=installed
	@$(MAKE) engine-newest ENGINE_GOAL=installed

installed: $(STAMP)

lint: $(STAMP) ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP) ## Check types, strictly, over code and tests
	$(BIN)/mypy

docs: $(STAMP) ## Build the documentation into docs/_build/html
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

pytest: $(STAMP) node ## Run the tests: make pytest PYTEST_ARGS="-x -k subscribe"
	PYTHONASYNCIODEBUG=1 $(BIN)/python -m pytest $(PYTEST_SPREAD) $(PYTEST_ARGS)

# coverage starts by itself in every Python process that has COVERAGE_PROCESS_START: pytest's and those that tests start.
coverage: $(STAMP) node ## Run all but the repetitive tests, and fail if they cover less of the code than before
	@$(BIN)/coverage erase
	COVERAGE_FILE=$(CURDIR)/.coverage COVERAGE_PROCESS_START=$(CURDIR)/setup.cfg PYTHONASYNCIODEBUG=1 \
		$(BIN)/python -m pytest $(PYTEST_SPREAD) $(REPETITIVE_TESTS:%=--ignore=%) $(PYTEST_ARGS)
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report

repetitive: $(STAMP) ## Run the tests that repeat the same code thousands of times
	PYTHONASYNCIODEBUG=1 $(BIN)/python -m pytest $(PYTEST_SPREAD) $(PYTEST_ARGS) $(REPETITIVE_TESTS)

# Without asyncio's debug mode, too, which makes the loop slower and so hides what is only seen at full speed.
stress: $(STAMP) ## Run the engine's tests with threads that are switched all the time
	PYTHONASYNCIODEBUG= SYNCGQL_SWITCH_INTERVAL=1e-6 SYNCGQL_UNRULY_SECONDS=3 \
		$(BIN)/python -m pytest $(PYTEST_SPREAD) $(PYTEST_ARGS) $(STRESS_TESTS)

$(CORE32_STAMP): setup.cfg setup.py | $(STAMP)
	@echo "Setting up $(CORE32_VENV) with graphql-core 3.2"
	@$(BIN)/python -m venv $(CORE32_VENV)
	@$(CORE32_VENV)/bin/python -m pip install -qq --disable-pip-version-check \
		--editable '.[engine-test]' 'graphql-core<3.3' 'graphene>=3.4' 'ariadne-codegen>=0.14' Django
	@touch $(CORE32_STAMP)

core32: $(CORE32_STAMP) ## Run the tests that depend on graphql-core on its release 3.2
	PYTHONASYNCIODEBUG=1 $(CORE32_VENV)/bin/python -m pytest $(PYTEST_SPREAD) $(CORE32_TESTS)

$(DJANGO42_STAMP): | $(STAMP)
	@echo "Setting up $(DJANGO42_VENV) with Django 4.2"
	@$(BIN)/python -m venv $(DJANGO42_VENV)
	@$(DJANGO42_VENV)/bin/python -m pip install -qq --disable-pip-version-check 'Django~=4.2.0'
	@echo "import site; site.addsitedir('$(call PACKAGES_OF,$(VENV))')" >$(call PACKAGES_OF,$(DJANGO42_VENV))/rest.pth
	@touch $(DJANGO42_STAMP)

# The newest Django needs a newer Python than the oldest that is supported.
django: $(DJANGO42_STAMP) ## Run the tests of Django on its oldest and newest release
	$(MAKE) django-tests VENV=$(DJANGO42_VENV) STAMP=$(DJANGO42_STAMP)
	@python="$(call find-python,$(NEWEST))"; \
	if [ -z "$$python" ]; then \
		echo "Skipping the newest Django, because Python $(NEWEST) is neither on PATH nor in $(PYENV)."; \
		exit; \
	fi; \
	version=$$("$$python" -c '$(VERSION)'); \
	$(MAKE) django-tests PYTHON="$$python" VENV=.venv-python$$version EXTRAS=test

django-tests: $(STAMP)
	@$(BIN)/python -c 'import django; print("Django", django.__version__)'
	PYTHONASYNCIODEBUG=1 $(BIN)/python -m pytest $(PYTEST_SPREAD) $(PYTEST_ARGS) tests/contrib/django

engine: engine-oldest engine-newest ## Run the engine's tests on the oldest and the newest Python found
engine-oldest: VERSIONS = $(OLDEST)
engine-newest: VERSIONS = $(NEWEST)
ENGINE_GOAL = engine-tests

engine-oldest engine-newest: $(STAMP)
	@python="$(call find-python,$(VERSIONS))"; \
	if [ -z "$$python" ]; then \
		echo "Skipping the engine's tests on Python $(VERSIONS), which is neither on PATH nor in $(PYENV)."; \
		exit; \
	fi; \
	version=$$("$$python" -c '$(VERSION)'); \
	if [ "$$version" = "$$($(BIN)/python -c '$(VERSION)')" ]; then \
		echo "Skipping the engine's tests on Python $$version, which runs all tests in $(VENV)."; \
		exit; \
	fi; \
	$(MAKE) $(ENGINE_GOAL) PYTHON="$$python" VENV=.venv-engine-python$$version EXTRAS=engine-test

engine-tests: $(STAMP)
	PYTHONASYNCIODEBUG=1 $(BIN)/python -m pytest $(PYTEST_SPREAD) $(ENGINE_TESTS)

$(BENCH_STAMP): setup.cfg tests/benchmarks/requirements.txt | $(STAMP)
	@echo "Setting up $(BENCH_VENV) with the clients that are compared"
	@$(BIN)/python -m venv $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		--editable '.[cli]' --requirement tests/benchmarks/requirements.txt
	@touch $(BENCH_STAMP)

$(CODEGEN_STAMP): setup.cfg tests/benchmarks/requirements-codegen.txt | $(STAMP)
	@echo "Setting up $(CODEGEN_VENV) with the code generators that are compared"
	@$(BIN)/python -m venv $(CODEGEN_VENV)
	@$(CODEGEN_VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		--editable '.[cli]' --requirement tests/benchmarks/requirements-codegen.txt
	@npm install --prefix $(CODEGEN_VENV) --no-save --ignore-scripts --no-audit --no-fund --loglevel=error \
		"$$($(BIN)/python -c 'from tests.fix_schemas import GITHUB_SCHEMA; print(GITHUB_SCHEMA)')"
	@touch $(CODEGEN_STAMP)

bench: $(BENCH_STAMP) $(CODEGEN_STAMP) ## Compare with other clients: make bench BENCH_ARGS="--rounds 5 stream-tiny"
	$(BENCH_VENV)/bin/python -m tests.benchmarks $(BENCH_ARGS)

# On each supported Python that is found.
dist: $(STAMP) ## Build the wheel and the sdist, and try them in bare environments
	@$(PIP) --editable '.[dist]'
	$(BIN)/python -m tests.distribution $(foreach version,3.10 3.11 3.12 3.13,"$(call find-python,$(version))")

format: $(STAMP) ## Format the code
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format .

clean: ## Remove everything that was built
	rm -rf $(VENV) $(BENCH_VENV) $(CODEGEN_VENV) $(CORE32_VENV) $(DJANGO42_VENV) .venv-python* .venv-engine-* .tox build dist docs/_build syncgql.egg-info .coverage .coverage.* htmlcov
	rm -rf tests/node/node_modules tests/node/apollo/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
