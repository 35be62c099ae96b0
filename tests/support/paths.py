"""Where the tests stand, and the repository that they test."""

from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
