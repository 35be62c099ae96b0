"""Load and render a theme: its templates, strings and colours, and the data that templates print."""
