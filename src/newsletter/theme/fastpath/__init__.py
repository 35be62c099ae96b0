"""Fast path for templates: renders one once with Jinja, records a trace, and fills later copies without Jinja."""
