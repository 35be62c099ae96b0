"""templating: templates in Jinja's language, with content in them. jinja2 is used here only."""

from newsletter.templating.environment import Environment
from newsletter.templating.origins import Trace
from newsletter.templating.template import Template

__all__ = ["Environment", "Template", "Trace"]
