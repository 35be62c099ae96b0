"""code_generator: templates become Python whose output can be recorded, and is judged at the line that prints it."""

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame


class Generator(CodeGenerator):
    """Compiles `~` so that content stays content, and what is printed so that it can be recorded."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._of_blocks: set[int] = set()  # filters that print a whole block

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """`a ~ b`."""
        self.write("environment.concat_content((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        """`a in b`, and other comparisons."""
        ops = [operand.op for operand in node.ops]
        if ops not in (["in"], ["notin"]):
            return super().visit_Compare(node, frame)
        self.write("(not environment.within(" if ops == ["notin"] else "(environment.within(")
        self.visit(node.expr, frame)
        self.write(", ")
        self.visit(node.ops[0].expr, frame)
        self.write("))")

    def visit_Mod(self, node: nodes.BinExpr, frame: Frame) -> None:
        """`a % b`."""
        # Python takes what has items for a mapping: `"" % traced` would be no fault.
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
            raise nodes.Impossible  # print() judges it, and a fault is one of its line
        return super()._output_child_to_const(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(")")

    def visit_FilterBlock(self, node: nodes.FilterBlock, frame: Frame) -> None:
        """`{% filter %}`."""
        self._unrecorded()
        self._of_blocks.add(id(node.filter))
        super().visit_FilterBlock(node, frame)

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:
        """`a|filter`; what the filter of a block gives is printed."""
        if id(node) not in self._of_blocks:
            return super().visit_Filter(node, frame)
        self._of_blocks.remove(id(node))
        self.write("environment.print(False, ")
        super().visit_Filter(node, frame)
        self.write(")")

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:
        """`{% set %}` with a block."""
        self._unrecorded()
        super().visit_AssignBlock(node, frame)

    def _unrecorded(self) -> None:
        """Here a template works on what was printed: with slots in it, that would be another text."""
        self.writeline("environment.unrecorded()")
