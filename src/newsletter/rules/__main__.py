"""`python -m newsletter.rules`: prints docs/problems.md."""

import sys

from newsletter.rules import FAMILIES
from newsletter.rules.manual import manual

sys.stdout.write(manual(FAMILIES))
