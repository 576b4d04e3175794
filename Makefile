# The front door: every target is one line of the command line; the environment is made when it is missing.
CITY ?= changchun
BATTLE ?=
PERIOD ?=

AS_OF ?=
FORMAT ?= html
STYLE ?= brief
FORCE ?=
DATA_DIR ?=

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
BATTLES := $(BIN)/five-battles
# Every shell exports LANG (C.UTF-8), so it is the report's language only when it is written on make's own command line.
OPTIONS = --city $(CITY) $(addprefix --battle ,$(BATTLE)) $(addprefix --period ,$(PERIOD)) \
  $(if $(filter command,$(origin LANG)),$(addprefix --lang ,$(LANG))) $(addprefix --as-of ,$(AS_OF)) \
  $(addprefix --data-dir ,$(DATA_DIR)) --format "$(FORMAT)" --style $(STYLE) $(if $(FORCE),--force)

unexport PYTHONDONTWRITEBYTECODE
export OPENBLAS_NUM_THREADS := 1
export MPLCONFIGDIR := $(CURDIR)/.venv/matplotlib

.DEFAULT_GOAL := help
.PHONY: help setup data templates ingest demo report lab check doctor test golden reality docs bench browser clean

help: ## list every target
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv from requirements.lock (uv when present, pip otherwise)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -m venv --without-pip --clear .venv
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install -q --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock \
	  && uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PYTHON) -m pip --python $(BIN)/python install -q --disable-pip-version-check --require-hashes -r requirements.lock \
	  && $(PYTHON) -m pip --python $(BIN)/python install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(READY)

data: $(READY) ## fetch what is due into data/raw (feeds of cities/<city>/feeds.yml)
	$(BATTLES) data --city $(CITY)

templates: $(READY) ## write the empty workbooks departments fill in: BY=department with rows written out, PERIOD=2025
	$(BATTLES) templates --city $(CITY) $(if $(filter department,$(BY)),--by-department $(addprefix --period ,$(PERIOD)) $(addprefix --data-dir ,$(DATA_DIR)))

ingest: $(READY) ## read what is new in data/raw into data/processed
	$(BATTLES) ingest --city $(CITY) $(addprefix --data-dir ,$(DATA_DIR))

demo: $(READY) ## write and read the demonstration (simulated), apart from received data
	$(BATTLES) demo --city $(CITY) $(addprefix --data-dir ,$(DATA_DIR))

report: $(READY) ## build the briefings: BATTLE=blue_sky PERIOD=2025 LANG=zh AS_OF=2025-10-31 CITY=changchun FORMAT=html,pdf,docx,pptx STYLE=brief|formal DATA_DIR=data FORCE=1
	$(BATTLES) report $(OPTIONS)

lab: $(READY) ## open JupyterLab on the overview of all battles
	$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/overview.ipynb

check: $(READY) ## format, lint, plan, registry and notebooks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BATTLES) check --city $(CITY)

doctor: $(READY) ## look at everything a run needs: one line each, with what to do
	$(BATTLES) doctor --city $(CITY)

test: $(READY) browser ## run the tests (sets up the browser where it can)
	$(BIN)/python -m pytest -n auto --dist loadfile

golden: $(READY) ## write the golden pages of the tests anew (read the difference before you keep it)
	PYTHONPATH=src $(BIN)/python tests/golden_pages.py

reality: $(READY) ## judge reports of real data (../shared), of every period of the demonstration, of random questions: an hour
	FIVE_BATTLES_REALITY=all $(BIN)/python -m pytest -n auto --dist load tests/reality

docs: $(READY) ## build the documents into site/ (the reference comes from the docstrings, nothing from elsewhere)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: $(READY) ## measure beside peers
	@for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

browser: ## install Chromium and a Chinese font from system packages, where that is possible
	@if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	else echo "no Chromium and no right to install it: browser tests will say so"; fi

clean: ## delete what can be rebuilt (processed data and reports; never data/raw, never a signed edition)
	find data/processed reports -mindepth 1 ! -type d ! -name .gitkeep ! -path 'reports/*/signed/*' -delete
	find data/processed reports -mindepth 1 -type d -empty ! -path 'reports/*/signed/*' -delete
