"""Check sources, and turn each one into an announcement or report its problems."""
