"""Compile templates to Python code whose output can be recorded, and is checked where it is printed."""

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame


class Generator(CodeGenerator):
    """Jinja's code generator, except that printing and some operators call methods of the environment."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._end = ", marks=True)" if is_snippet(self.name or "") else ")"  # end of a call of print()
        self._block_filters: set[int] = set()  # id() of the filters of `{% filter %}` blocks

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """Compile `a ~ b`."""
        self.write("environment.concat_content((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        """Compile `a in b` and other comparisons."""
        ops = [operand.op for operand in node.ops]
        if ops not in (["in"], ["notin"]):
            return super().visit_Compare(node, frame)
        self.write("(not environment.within(" if ops == ["notin"] else "(environment.within(")
        self.visit(node.expr, frame)
        self.write(", ")
        self.visit(node.ops[0].expr, frame)
        self.write("))")

    def visit_Mod(self, node: nodes.BinExpr, frame: Frame) -> None:
        """Compile `a % b`."""
        # Python accepts any object with items as a mapping, so `"" % traced` would not fail.
        self.write("environment.modulo(")
        self.visit(node.left, frame)
        self.write(", ")
        self.visit(node.right, frame)
        self.write(")")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        volatile = frame.eval_ctx.volatile
        html = "context.eval_ctx.autoescape" if volatile else repr(bool(frame.eval_ctx.autoescape))
        self.write(f"environment.print({html}, ")

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible  # print() must check the value during rendering, so that an error has a line
        return super()._output_child_to_const(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(self._end)

    def visit_FilterBlock(self, node: nodes.FilterBlock, frame: Frame) -> None:
        """Compile `{% filter %}`."""
        self._unrecorded()
        self._block_filters.add(id(node.filter))
        super().visit_FilterBlock(node, frame)

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:
        """Compile `a|filter`, and the filter of a `{% filter %}` block, whose result is printed."""
        if id(node) not in self._block_filters:
            return super().visit_Filter(node, frame)
        self._block_filters.remove(id(node))
        self.write("environment.print_unescaped(")
        super().visit_Filter(node, frame)
        self.write(self._end)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Compile `a()`, and the call of a `{% call %}` block, whose result is printed."""
        if not forward_caller:
            return super().visit_Call(node, frame)
        self.write("environment.print_unescaped(")
        super().visit_Call(node, frame, forward_caller=True)
        self.write(self._end)

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:
        """Compile `{% set %}` with a block."""
        self._unrecorded()
        super().visit_AssignBlock(node, frame)

    def _unrecorded(self) -> None:
        """Prevent recording, because the template uses printed text, which would contain tokens instead of content."""
        self.writeline("environment.unrecorded()")


def is_snippet(name: str) -> bool:
    """Return whether `name` is the name of a snippet template. Only snippets contain marks between blocks."""
    return name.startswith("social/") and name.endswith(".txt")
