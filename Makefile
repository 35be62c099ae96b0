# `make` alone lists the targets. .venv is created on first use, from the lock files in requirements/.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help newsletter preview check test test-lowest golden fuzz lint docs drawing gallery bench lock clean runtime-env test-env

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 22

newsletter: runtime-env ## Build outbox/ from announcements/
	@.venv/bin/newsletter build

preview: runtime-env ## Show announcements in a browser while you write them
	@.venv/bin/newsletter preview

check: runtime-env ## Check announcements/ and everything rendered from them; write nothing
	@.venv/bin/newsletter check

test: test-env ## Run all tests, with coverage; FILE=tests/text runs one file or folder, without coverage
	@.venv/bin/python -m pytest $(or $(FILE),--numprocesses auto --dist worksteal --cov --cov-report term)

test-lowest: test-env ## Run the fast tests with the lowest versions that pyproject.toml allows
	@.ci/lowest

golden: test-env ## Update the expected outboxes in tests/cases/
	@PYTHONPATH=tests .venv/bin/python -m support.golden

fuzz: test-env ## Try 20,000 hostile announcements, settings and themes
	@HYPOTHESIS_PROFILE=fuzz .venv/bin/python -m pytest tests/hostile/test_fuzz.py --numprocesses auto

lint: test-env ## Check the style, format and types of the code
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy

gallery: runtime-env ## Show every block of the mails on one page: light, dark and narrow
	@.venv/bin/python docs/gallery.py

docs: test-env ## Build the documentation as a website in build/docs/
	@.venv/bin/python -m mkdocs build --quiet --strict

drawing: test-env ## Update the diagram of imports in docs/architecture.md
	@.venv/bin/python docs/drawing.py

bench: test-env ## Measure how fast newsletter builds
	@.venv/bin/python -m bench --growth
	@.venv/bin/python -m bench.feeds

lock: ## Update requirements/*.txt from pyproject.toml (to the newest versions: .ci/lock --upgrade)
	@.ci/lock

clean: ## Delete .venv and caches, but not outbox/
	@rm -rf .venv .venv-lowest .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	@find announcements bench src tests templates -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

runtime-env:
	@.ci/setup runtime

test-env:
	@.ci/setup test
