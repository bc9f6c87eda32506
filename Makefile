# Every target sets up what it needs: Python 3.11 or newer and pip are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RAY := benchmarks/.ray
export PYTHONHASHSEED := 0

.DEFAULT_GOAL := help
.PHONY: help install demo test check format bench lock clean

help: ## what each target does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

install: $(STAMP) ## the environment in .venv, from the locked versions

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/pyright --version >/dev/null
	@touch $(STAMP)

demo: install ## a simulated shop with known truth: a question, the answer, the truth beside it
	$(BIN)/liftos demo

test: install ## the whole suite
	$(BIN)/python -m pytest -n auto --dist loadfile

check: install ## format, lint, types, import contracts, examples of the documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/pyright
	$(BIN)/python -m pytest tests/docs

format: install ## put the sources into the agreed form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install $(RAY)/.installed ## measure every promise of speed and calibration, and play on a real Ray; results in benchmarks/results
	$(BIN)/python -m benchmarks
	PYTHONPATH=$(RAY) $(BIN)/python -m pytest -m ray tests/sandbox

$(RAY)/.installed: $(STAMP)
	rm -rf $(RAY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $(RAY) --constraint requirements.lock 'ray>=2.40'
	@touch $@

lock: ## write requirements.lock anew, without any index address
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean: ## remove what the other targets made
	rm -rf $(VENV) $(RAY) .pytest_cache .ruff_cache .hypothesis dist build
