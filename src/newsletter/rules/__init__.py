"""Define every problem that can be reported, with its check and its section in the manual (docs/problems.md).

To add a problem code, add one entry to the module of its family: decorate the function that finds the fault with
`rule`, or call `declare` if another module finds it. Every code needs a file in tests/problems, or a test named in
tests/rules/test_rules.py.
"""
