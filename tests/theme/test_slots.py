"""Test shapes: texts with tokens, which are split and filled."""

import re

from hypothesis import given
from hypothesis import strategies as st

from newsletter.theme.slots import TOKEN, Shape, form, is_broken, lost, split, token


@given(st.lists(st.text(alphabet="ab<&é\n", max_size=5), min_size=1, max_size=8), st.data())
def test_a_filled_shape_is_the_text_with_content_in_place(literals: list[str], data: st.DataObject) -> None:
    numbers = data.draw(st.permutations(range(len(literals) - 1)))
    content = [f"[{number}]" for number in numbers]
    text = literals[0] + "".join(token(n) + literal for n, literal in zip(numbers, literals[1:], strict=True))
    shape = split(text)
    assert shape.literals == tuple(literals) and shape.order == tuple(numbers)
    by_number = sorted(content, key=lambda each: int(each[1:-1]))
    assert "".join(shape.fill(by_number)) == "".join(
        literals[0] + "".join(f"[{n}]{literal}" for n, literal in zip(numbers, literals[1:], strict=True))
    )
    assert form(text).fill(by_number) == "".join(shape.fill(by_number))
    assert not lost(text, len(numbers))
    assert lost(text.replace("Qz", "QZ"), len(numbers)) or not numbers
    assert Shape((b"a", b"", b"b"), (0,)).fill([b"-"]) == (b"a", b"-", b"b")


BROKEN = st.sampled_from(
    [token(0), token(1), "Qz", "q", "Z", "Slot", "QZSLOT3ZQ", "qzslot", "é", "1", "QzSlotZq", "zQ"]
)


@given(st.lists(BROKEN, max_size=6).map("".join), st.integers(0, 2))
def test_what_is_lost(text: str, issued: int) -> None:
    """A shape needs every token at least once, and no fragment of a token in any case."""
    rest = re.sub(r"QzSlot\d+Zq", "", text)
    assert is_broken(text) == ("qzslot" in rest.lower())
    whole = len(set(re.findall(r"QzSlot(\d+)Zq", text))) == issued
    assert (lost(text, issued) == "") == (whole and not is_broken(text))
    assert lost(TOKEN.split(text), issued) == lost(text, issued)
