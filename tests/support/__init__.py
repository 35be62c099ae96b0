"""What several test files share."""

from pathlib import Path

import pytest

# Failed assertions show their values here as they do in tests.
pytest.register_assert_rewrite(*(f"{__name__}.{path.stem}" for path in Path(__file__).parent.glob("[!_]*.py")))
