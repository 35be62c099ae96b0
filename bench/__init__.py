"""Measure how long builds take, compared with other tools in the same run."""
