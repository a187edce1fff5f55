# Everything runs in .venv, which `make` sets up, checks and repairs by itself (tools/environment.py).
# Options for the command behind a target go into ARGS, e.g. make verify ARGS="--digits 100".

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help verify ledger test lab notebooks check bench wheel clean distclean setup-verify setup-test setup-lab setup-check

# Processes for the tests: both cores of a small machine.
JOBS ?= 2
# Extras of pyproject.toml to have besides, e.g. EXTRAS=fast
EXTRAS ?=
ARGS ?=
# Kernels of NumPy that `make test` does without: none, newest, all, or groups (tools/dispatch.py), e.g. DISPATCH=all or
# DISPATCH="X86_V4 AVX512_ICL". By default the notebooks run without the newest.
DISPATCH ?=
# The first of these that is Python 3.11 or newer with venv and pip makes the environment; PYTHON=... names another.
PYTHON ?=
PYTHONS = $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11 python)

# A user's settings must not leak into the environment, nor a plotting backend into the notebooks; and without byte code
# every kernel and every command that a test starts would compile the package anew.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE MPLBACKEND PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT
export PYTHONNOUSERSITE = 1

# Kernels that run unattended take no settings from the user's home, and leave nothing there.
test notebooks: export IPYTHONDIR = $(CURDIR)/.venv/ipython
test notebooks: export JUPYTER_CONFIG_DIR = $(CURDIR)/.venv/jupyter
test notebooks: export JUPYTER_DATA_DIR = $(CURDIR)/.venv/jupyter
test notebooks: export JUPYTER_RUNTIME_DIR = $(CURDIR)/.venv/jupyter/runtime
export MPLCONFIGDIR = $(CURDIR)/.venv/matplotlib

PY := .venv/bin/python

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

verify: setup-verify ## set up, then re-derive and confirm every registered formula
	@.venv/bin/infscale verify $(ARGS)

ledger: setup-verify ## verify everything and write docs/ledger (commit .json and .md)
	@.venv/bin/infscale verify --report docs/ledger $(ARGS)

test: setup-test ## set up, then run all tests and re-run the notebooks
	@$(if $(DISPATCH),$(PY) tools/dispatch.py $(DISPATCH) -- )$(PY) -m pytest -n $(JOBS) --dist loadscope --nbval --nbval-current-env tests notebooks $(ARGS)

lab: setup-lab ## open the notebooks in JupyterLab
	@$(PY) -m jupyterlab notebooks $(ARGS)

notebooks: setup-test ## generate the notebooks from derivations/ and execute them
	@$(PY) tools/build_notebooks.py $(ARGS)

check: setup-check ## ruff and pyright
	@$(PY) -m ruff check .
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(PY) -m pyright

bench: setup-verify ## speed against competent alternatives (benchmarks/)
	@$(PY) benchmarks/run.py $(ARGS)

wheel: setup-test ## build the distributable wheel into dist/
	@$(PY) -m hatchling build --target wheel --directory dist

clean: ## remove what can be made again, except .venv
	@rm -rf dist build report .pytest_cache .ruff_cache .hypothesis notebooks/.ipynb_checkpoints
	@find infscale_sym derivations tests tools benchmarks -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## the same and .venv
	@rm -rf .venv .venv.lock

setup-test: NEEDED = test
setup-lab: NEEDED = lab
setup-check: NEEDED = check test
setup-verify setup-test setup-lab setup-check:
	@for python in $(PYTHONS); do \
	    if "$$python" -Ic 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        exec "$$python" -I tools/environment.py $(NEEDED) $(EXTRAS); \
	    fi; \
	done; \
	echo "setup: no Python 3.11 or newer with venv and pip (Debian, Ubuntu: python3-venv) among" $(PYTHONS)\
	    "on the PATH; install one, or name it: make PYTHON=/path/to/python3 ..." >&2; exit 1
