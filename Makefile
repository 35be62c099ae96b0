# `make` alone lists what there is. .venv is set up when it is needed, from the locks in requirements/.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help newsletter preview check test test-lowest golden fuzz lint docs drawing gallery bench lock clean runtime-env test-env

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 22

newsletter: runtime-env ## Build outbox/ from announcements/
	@.venv/bin/newsletter build

preview: runtime-env ## Show announcements in a browser, while they are written
	@.venv/bin/newsletter preview

check: runtime-env ## Check announcements/ and everything made from them; write nothing
	@.venv/bin/newsletter check

test: test-env ## Run all tests, with coverage; FILE=tests/text only those of a file or folder, without
	@.venv/bin/python -m pytest $(or $(FILE),--numprocesses auto --dist worksteal --cov --cov-report term)

test-lowest: test-env ## Run the fast tests with the lowest versions that pyproject.toml allows
	@.ci/lowest

golden: test-env ## Renew what the projects in tests/cases/ are expected to give
	@PYTHONPATH=tests .venv/bin/python -m support.golden

fuzz: test-env ## Try 20,000 hostile announcements, settings and themes
	@HYPOTHESIS_PROFILE=fuzz .venv/bin/python -m pytest tests/hostile/test_fuzz.py --numprocesses auto

lint: test-env ## Check style, format and types of the code
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy

gallery: runtime-env ## Every block of the mails, light, dark and narrow, on one page
	@.venv/bin/python docs/gallery.py

docs: test-env ## Build the documentation as a site, build/docs/
	@.venv/bin/python -m mkdocs build --quiet --strict

drawing: test-env ## Draw who imports whom, from the code into docs/architecture.md
	@.venv/bin/python docs/drawing.py

bench: test-env ## Measure how fast it builds
	@.venv/bin/python -m bench --growth
	@.venv/bin/python -m bench.feeds

lock: ## Write requirements/*.txt anew from pyproject.toml (all to their newest: .ci/lock --upgrade)
	@.ci/lock

clean: ## Delete .venv and caches; outbox/ stays
	@rm -rf .venv .venv-lowest .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	@find announcements bench src tests templates -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

runtime-env:
	@.ci/setup runtime

test-env:
	@.ci/setup test
