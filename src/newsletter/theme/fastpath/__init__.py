"""Fast path for templates: record a trace while Jinja renders a template, then fill the trace without Jinja."""
