"""`apply` makes every edit and changes nothing outside their spans; edits that contradict each other never pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.edits import Edit, apply, merge
from transformer.errors import InternalError

TEXT = "0123456789"

APPLIED = {
    "nothing": ([], "0123456789"),
    "replace": ([Edit(2, 4, "ab")], "01ab456789"),
    "longer": ([Edit(2, 4, "abcdef")], "01abcdef456789"),
    "shorter": ([Edit(2, 4, "")], "01456789"),
    "insert": ([Edit(5, 5, "x")], "01234x56789"),
    "insert at the start": ([Edit(0, 0, "x")], "x0123456789"),
    "insert at the end": ([Edit(10, 10, "x")], "0123456789x"),
    "everything": ([Edit(0, 10, "")], ""),
    "unsorted": ([Edit(8, 9, "y"), Edit(1, 2, "x")], "0x234567y9"),
    "adjacent": ([Edit(2, 4, "ab"), Edit(4, 6, "cd")], "01abcd6789"),
    "insert behind a replacement": ([Edit(2, 4, "ab"), Edit(4, 4, "x")], "01abx456789"),
    "equal ones count once": ([Edit(2, 4, "ab"), Edit(2, 4, "ab")], "01ab456789"),
    "equal inserts count once": ([Edit(5, 5, "x"), Edit(5, 5, "x")], "01234x56789"),
    "two inserts at one place": ([Edit(5, 5, "b"), Edit(5, 5, "a")], "01234ab56789"),
    "two inserts where a replacement ends": (
        [Edit(5, 5, "\n- b"), Edit(5, 5, "\n  - a"), Edit(3, 5, "x")],
        "012x\n  - a\n- b56789",
    ),
    "lines at one place, the most indented first": (
        [Edit(5, 5, "\r\nc"), Edit(5, 5, "\r\n    a"), Edit(5, 5, "\r\n  b")],
        "01234\r\n    a\r\n  b\r\nc56789",
    ),
    "lines at one place, an item before a key": (
        [Edit(5, 5, "\u2028  a:"), Edit(5, 5, "\u2028  - b")],
        "01234\u2028  - b\u2028  a:56789",
    ),
    "lines at one place, behind what goes on in it": (
        [Edit(5, 5, "\n    b"), Edit(5, 5, " a"), Edit(5, 5, "\nc")],
        "01234 a\n    b\nc56789",
    ),
}

REFUSED = {
    "overlap": [Edit(2, 5, "a"), Edit(4, 6, "b")],
    "one inside another": [Edit(2, 8, "a"), Edit(4, 5, "b")],
    "two texts for one span": [Edit(2, 4, "a"), Edit(2, 4, "b")],
    "same start": [Edit(2, 4, "a"), Edit(2, 5, "a")],
    "insert inside a replacement": [Edit(2, 8, "a"), Edit(5, 5, "b")],
    "insert where a replacement begins": [Edit(2, 2, "a"), Edit(2, 4, "b")],
    "two inserts where a replacement begins": [Edit(2, 2, "a"), Edit(2, 2, "b"), Edit(2, 4, "c")],
    "past the end": [Edit(9, 11, "a")],
    "insert past the end": [Edit(11, 11, "a")],
    "before the start": [Edit(-1, 1, "a")],
    "backwards": [Edit(4, 2, "a")],
}


@st.composite
def texts_and_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """Draw a text and edits of it that leave each other room, in any order."""
    text = draw(st.text(max_size=40))
    bounds = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    return text, draw(st.permutations([Edit(first, last, draw(st.text(max_size=5))) for first, last in pairs]))


@pytest.mark.parametrize(("edits", "expected"), APPLIED.values(), ids=APPLIED.keys())
def test_apply_makes_the_edits(edits: list[Edit], expected: str) -> None:
    assert apply(TEXT, edits) == expected


@pytest.mark.parametrize("edits", REFUSED.values(), ids=REFUSED.keys())
def test_apply_refuses(edits: list[Edit]) -> None:
    with pytest.raises(InternalError):
        apply(TEXT, edits)


def test_an_internal_error_has_its_own_exit_code() -> None:
    assert InternalError.exit_code == 3


def test_merge_sorts_and_drops_equal_edits() -> None:
    assert merge([Edit(4, 6, "b"), Edit(0, 1, "a"), Edit(4, 6, "b")]) == [Edit(0, 1, "a"), Edit(4, 6, "b")]


@given(st.text())
def test_apply_of_nothing_is_the_text(text: str) -> None:
    assert apply(text, []) == text


@given(texts_and_edits())
def test_apply_changes_nothing_outside_the_spans(drawn: tuple[str, list[Edit]]) -> None:
    text, edits = drawn
    result = apply(text, edits)
    position = 0
    for kept, edit in zip(_kept(text, edits), [*sorted(edits), None], strict=True):
        assert result.startswith(kept, position)
        position += len(kept)
        if edit is not None:
            assert result.startswith(edit.replacement, position)
            position += len(edit.replacement)
    assert position == len(result)


def _kept(text: str, edits: list[Edit]) -> list[str]:
    """Return the pieces of `text` that lie before, between and behind the spans of `edits`."""
    ordered = sorted(edits)
    starts = [0, *(edit.end for edit in ordered)]
    ends = [*(edit.start for edit in ordered), len(text)]
    return [text[first:last] for first, last in zip(starts, ends, strict=True)]
