"""rules: what is looked at, by whom, and its page in the manual: docs/problems.md is made from this.

A code is added by one entry in the module of its family: `tell` where another module finds the
fault, `rule` above the function that finds it. Every code needs a file in tests/problems, or a
test named in tests/rules/test_rules.py.
"""
