"""Splitting is lossless, and splits where a YAML parser does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.documents import join, split

CASES = {
    "nothing": ("", []),
    "one document": ("a: 1\n", ["a: 1\n"]),
    "no final newline": ("a: 1\n---\nb: 2", ["a: 1\n", "---\nb: 2"]),
    "leading marker": ("---\na: 1\n", ["---\na: 1\n"]),
    "comment before the marker": ("# head\n\n---\na: 1\n", ["# head\n\n---\na: 1\n"]),
    "directive": ("%YAML 1.2\n---\na: 1\n", ["%YAML 1.2\n---\na: 1\n"]),
    "directive after an end marker": ("a: 1\n...\n%YAML 1.2\n---\nb\n", ["a: 1\n...\n", "%YAML 1.2\n---\nb\n"]),
    "marker with a comment": ("a\n--- # next\nb\n", ["a\n", "--- # next\nb\n"]),
    "marker with content": ("--- {a: 1}\n--- {b: 2}\n", ["--- {a: 1}\n", "--- {b: 2}\n"]),
    "marker with blanks": ("a\n---  \nb\n", ["a\n", "---  \nb\n"]),
    "no marker: longer": ("a: |\n ----\n---- b\n", ["a: |\n ----\n---- b\n"]),
    "no marker: indented": ("a: |\n ---\n b\n", ["a: |\n ---\n b\n"]),
    "no marker: text follows": ("---a\n", ["---a\n"]),
    "empty documents": ("---\n---\n\n---\n", ["---\n", "---\n\n", "---\n"]),
    "only comments": ("# a\n# b\n", ["# a\n# b\n"]),
    "end marker": ("a\n...\nb\n", ["a\n...\n", "b\n"]),
    "end markers": ("a\n... # x\n...\n---\nb\n...", ["a\n... # x\n...\n", "---\nb\n..."]),
    "CRLF": ("a: 1\r\n---\r\nb: 2\r\n", ["a: 1\r\n", "---\r\nb: 2\r\n"]),
    "CR": ("a: 1\r---\rb: 2\r", ["a: 1\r", "---\rb: 2\r"]),
    "byte order mark": ("\ufeffa: 1\n", ["\ufeff", "a: 1\n"]),
    "byte order mark and marker": ("\ufeff---\na: 1\n", ["\ufeff", "---\na: 1\n"]),
    "byte order mark and two documents": ("\ufeffa: 1\n---\nb: 2\n", ["\ufeff", "a: 1\n", "---\nb: 2\n"]),
    "byte order mark of a second file": ("a: 1\n\ufeff---\nb: 2\n", ["a: 1\n", "\ufeff", "---\nb: 2\n"]),
}


@pytest.mark.parametrize(("stream", "texts"), CASES.values(), ids=CASES.keys())
def test_split_finds_the_documents(stream: str, texts: list[str]) -> None:
    assert [document.text for document in split(stream)] == texts


PLACES = {
    "LF": ("a: 1\n\n---\nb: 2\n--- # c\nc: 3\n", [(1, 0), (3, 6), (5, 15)]),
    "CRLF": ("a: 1\r\n\r\n---\r\nb: 2\r\n---\r\n", [(1, 0), (3, 8), (5, 19)]),
    "CR": ("a: 1\r\r---\rb: 2\r---\r", [(1, 0), (3, 6), (5, 15)]),
    "other breaks of YAML 1.1": ("a: 1\x85\u2028\u2029---\nb: 2\n", [(1, 0), (4, 7)]),
    "byte order mark": ("\ufeffa: 1\n---\nb: 2\n", [(1, 0), (1, 1), (2, 6)]),
    "a block scalar": ("a: |\n  b\n\n  c\n---\nb: 2\n", [(1, 0), (5, 14)]),
}


@pytest.mark.parametrize(("stream", "places"), PLACES.values(), ids=PLACES.keys())
def test_split_says_where_documents_begin(stream: str, places: list[tuple[int, int]]) -> None:
    assert [(document.line, document.start) for document in split(stream)] == places


def test_line_of_counts_from_the_line_of_the_document() -> None:
    assert [document.line_of(2) for document in split("a: 1\n---\nb: 2\n")] == [2, 3]


JOINED = {
    "nothing": ([], ""),
    "one as it is": (["\ufeffa: 1"], "\ufeffa: 1"),
    "a marker between": (["a: 1\n", "b: 2\n"], "a: 1\n---\nb: 2\n"),
    "a marker that is there": (["a: 1\n", "---\nb: 2\n"], "a: 1\n---\nb: 2\n"),
    "a marker behind comments and directives": (
        ["a: 1\n", "# b\n%YAML 1.2\n---\nb\n"],
        "a: 1\n# b\n%YAML 1.2\n---\nb\n",
    ),
    "comments without a marker": (["a: 1\n", "# b\nb: 2\n"], "a: 1\n---\n# b\nb: 2\n"),
    "no final line break": (["a: 1", "b: 2"], "a: 1\n---\nb: 2"),
    "byte order marks": (["\ufeffa: 1\n", "\ufeffb: 2\n"], "\ufeffa: 1\n---\nb: 2\n"),
    "JSON alone": (['{"a": 1}\n'], '{"a": 1}\n'),
    "JSON first": (['\ufeff\n {"a": 1}\n', "b: 2\n"], '---\n\n {"a": 1}\n---\nb: 2\n'),
    "an empty one first": (["", "b: 2\n"], "b: 2\n"),
}


@pytest.mark.parametrize(("streams", "joined"), JOINED.values(), ids=JOINED.keys())
def test_join_makes_one_stream(streams: list[str], joined: str) -> None:
    assert join(streams) == joined


PIECES = ["---", "...", "\n", "\r\n", "\r", " ", "#", "a: b", "- x", "%YAML 1.2", "\ufeff", "|", '"', "\u2028", "\t"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_split_is_lossless(stream: str) -> None:
    assert "".join(document.text for document in split(stream)) == stream
    assert all(document.text for document in split(stream))


@pytest.mark.parametrize("lines", ["# c\r\n" * 80, "\r\n" * 80, "%A\r\n" * 80, "... #\r\n" * 80], ids=repr)
def test_split_and_join_try_a_line_break_in_one_way_only(lines: str) -> None:
    """Were CRLF taken for two breaks as well, this would take longer than anyone can wait."""
    stream = f"a: 1\r\n...\r\n{lines}b: 2\r\n---\r\nc: 3\r\n"
    assert "".join(document.text for document in split(stream)) == stream
    assert join([stream, f"{lines}b: 2\r\n"]).startswith(stream)


def test_split_is_linear_in_comments() -> None:
    stream = "# c\n" * 20_000 + "---\n" + "# d\n" * 20_000 + "---\n" * 20_000
    assert sum(1 for _ in split(stream)) == 20_001
