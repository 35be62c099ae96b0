"""Rules: every problem that can be reported, its check, and its section in the manual, docs/problems.md.

A code is added by one entry in the module of its family: `rule` decorates the function that finds the fault, and
`declare` is for faults that another module finds. Every code needs a file in tests/problems, or a test named in
tests/rules/test_rules.py.
"""
