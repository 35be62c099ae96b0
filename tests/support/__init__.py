"""Helpers shared by several test files."""

from pathlib import Path

import pytest

# Make failed assertions in these modules show their values, as in tests.
pytest.register_assert_rewrite(*(f"{__name__}.{path.stem}" for path in Path(__file__).parent.glob("[!_]*.py")))
