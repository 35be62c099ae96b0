"""Print docs/problems.md: `python -m newsletter.rules`."""

import sys

from newsletter.rules.manual import manual
from newsletter.rules.registry import FAMILIES

sys.stdout.write(manual(FAMILIES))
