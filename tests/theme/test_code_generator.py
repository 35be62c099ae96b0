"""Test that Jinja still has the private parts that the code generator overrides."""

import inspect

from jinja2.compiler import CodeGenerator

from newsletter.theme.code_generator import Generator

# The parameters of each overridden method that is private in Jinja, or not documented. If a new version of Jinja
# changes one, read its changes before you adapt the list.
OVERRIDDEN = {
    "_output_child_post": ["self", "node", "frame", "finalize"],
    "_output_child_pre": ["self", "node", "frame", "finalize"],
    "_output_child_to_const": ["self", "node", "frame", "finalize"],
    "visit_AssignBlock": ["self", "node", "frame"],
    "visit_Call": ["self", "node", "frame", "forward_caller"],
    "visit_Compare": ["self", "node", "frame"],
    "visit_Concat": ["self", "node", "frame"],
    "visit_Filter": ["self", "node", "frame"],
    "visit_FilterBlock": ["self", "node", "frame"],
    "visit_Mod": ["self", "node", "frame"],
}


def test_jinja_has_what_the_code_generator_overrides() -> None:
    overridden = sorted(name for name in vars(Generator) if name in dir(CodeGenerator) and not name.startswith("__"))
    assert overridden == list(OVERRIDDEN)
    for name, parameters in OVERRIDDEN.items():
        for owner in (CodeGenerator, Generator):
            assert list(inspect.signature(getattr(owner, name)).parameters) == parameters, (owner, name)
