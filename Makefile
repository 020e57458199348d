# The habits of this repository. `make help` lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PYTEST := $(BIN)/python -m pytest
PACKAGES := schemas pipeline agents

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.PHONY: setup
setup: $(STAMP) ## make the environment in .venv from the hashed constraints

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "khabar needs Python 3.11 to 3.13; say make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: demo
demo: setup ## replay seeds/ through the whole Faust pipeline, no broker needed, and show the events
	$(BIN)/khabar replay seeds/

.PHONY: test
test: setup ## unit, stream, golden and contract tests (no broker)
	$(PYTEST) -q -n 2 -m "not kafka and not e2e" tests
	$(PYTEST) -q -m "e2e and not kafka and not slow" tests

.PHONY: test-kafka
test-kafka: setup ## the tests against a real Apache Kafka (Java 17+ and Maven, or KHABAR_TEST_BOOTSTRAP)
	$(PYTEST) -q -m kafka tests

.PHONY: format
format: setup ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

.PHONY: lint
lint: setup ## format, lint, types, architecture, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/deptry .
	$(BIN)/python -m schemas.generate --check

.PHONY: check
check: lint ## lint, then the fast tests
	$(PYTEST) -q -n 2 tests/unit tests/lang tests/contract tests/docs tests/stream -m "not kafka and not e2e"

.PHONY: eval
eval: setup ## accuracy on the development data, with floors
	$(BIN)/python -m tests.eval.gate

.PHONY: bench
bench: setup ## articles a second and memory, stage by stage (KHABAR_BENCH_ARTICLES names a .jsonl[.gz] file)
	$(BIN)/khabar bench

SEED ?= 1
.PHONY: chaos
chaos: chaos-bugs chaos-commit ## planted bugs, each of which must be found, then the faults of chaos-commit (needs Java and Maven)

.PHONY: chaos-bugs
chaos-bugs: setup ## seven bugs planted in a worker: the harness must find each by its own fault
	$(PYTEST) -q -m slow tests/chaos

.PHONY: chaos-commit
chaos-commit: setup ## 25 kills and other faults on a real Kafka, checked to the last record (SEED=n)
	$(BIN)/python -m tests.chaos.run --profile commit --seed $(SEED)

.PHONY: chaos-nightly
chaos-nightly: setup ## 200 kills and 50 broker bounces, 20,000 articles, 3 workers, 3 brokers: over an hour
	$(BIN)/python -m tests.chaos.run --profile nightly --seed $(SEED)

.PHONY: soak
soak: setup ## two hours of even load, sampled into build/soak.csv
	mkdir -p build
	$(BIN)/python -m tests.chaos.soak --csv build/soak.csv
	$(BIN)/python -m tests.chaos.soak_plot build/soak.csv --svg build/soak.svg

.PHONY: compose-check
compose-check: setup ## check Dockerfile and docker-compose.yml without an engine (npx, and docker compose where it is there)
	$(BIN)/hadolint Dockerfile
	npx --yes dclint@3.1.0 --max-warnings 0 docker-compose.yml
	if docker compose version >/dev/null 2>&1; then docker compose -f docker-compose.yml config --quiet; else echo "NOT RUN: docker compose config"; fi

.PHONY: audit
audit: setup ## ask for known vulnerabilities of the pinned dependencies; says so where no service answers
	$(BIN)/python -m tests.supply.audit

.PHONY: sbom
sbom: setup ## list what an installation brings, with licences, into build/
	$(BIN)/python -m tests.supply.bill build

.PHONY: constraints
constraints: setup ## resolve the dependencies anew into constraints.txt, with hashes
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --all-extras --python-version 3.11 pyproject.toml -o constraints.txt

.PHONY: clean
clean: ## remove the environment and all caches
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
