"""`python -m newsletter.rules`: prints docs/problems.md."""

import sys

from newsletter.rules.manual import manual
from newsletter.rules.registry import FAMILIES

sys.stdout.write(manual(FAMILIES))
