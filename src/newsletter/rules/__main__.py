"""Print the manual page docs/problems.md when run as `python -m newsletter.rules`."""

import sys

from newsletter.rules.manual import manual
from newsletter.rules.registry import FAMILIES

sys.stdout.write(manual(FAMILIES))
