# make demo       computes the candidates of Calais, answers ten addresses, draws the two maps
# make test       every test that fits in a few minutes, one process a core and one more (CI runs this too)
# make lint       ruff, mypy, import-linter
# make clients    real clients, installed from their registries, pointed at the service
# make slow       the long proofs, and every property on cases drawn by chance
# make stress     ten runs under load of the tests that depend on time, processes, signals or sockets (all of them: .ci/stress --whole)
# make notebooks  executes the notebooks of docs/notebooks, and keeps what they print
# make images     draws the pictures of the documents again
# make release    builds it, and installs it alone on pinned, oldest and newest dependencies
# make audit      known faults of the pinned dependencies (asks a public service)
# make bench      every benchmark, alone on a quiet machine, into benchmarks/RESULTS.md (under an hour; BENCH='--only waits' for some)
# make bench-quick  each race on very little: that it runs, and that answers agree

PYTHON ?= python3
VENV   := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

.PHONY: demo test lint slow stress clients notebooks images audit release bench bench-quick clean

demo: $(VENV)/.installed
	$(BIN)/geoville demo

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n logical --maxprocesses 8 --dist worksteal --durations 20 --durations-min 1

lint: $(VENV)/.installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/dependances.py --check

# CLIENTS='-k curl' for some of them.
clients: $(VENV)/.installed-test
	$(BIN)/python -m pytest -m "" tests/clients $(CLIENTS)

slow: $(VENV)/.installed-test
	$(BIN)/python -m pytest -m slow --timeout 7200
	$(BIN)/python -m pytest -m "hypothesis and not slow" --hypothesis-profile random -n logical --maxprocesses 8

stress: $(VENV)/.installed-test
	.ci/stress

notebooks: $(VENV)/.installed-test
	$(BIN)/python docs/notebooks/run.py

images: $(VENV)/.installed-test
	$(BIN)/python docs/images/make.py

release:
	.ci/release-check $(PYTHON)

audit:
	$(PYTHON) -m venv .audit
	.audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	.audit/bin/pip-audit --strict --no-deps --disable-pip -r constraints.txt

bench: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/run_all.py $(BENCH)

bench-quick: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/run_all.py --quick

$(VENV)/bin/python $(VENV)/Scripts/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	@touch $@

$(VENV)/.installed-lint: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[lint]"
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-test benchmarks/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

clean:
	rm -rf $(VENV) demo dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
