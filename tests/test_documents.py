"""Splitting is lossless, and splits where a YAML parser does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.documents import count_lines, split

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


@pytest.mark.parametrize(("stream", "texts"), CASES.values(), ids=CASES.keys())
def test_split_numbers_the_lines_of_the_stream(stream: str, texts: list[str]) -> None:
    lines = [document.line for document in split(stream)]
    assert lines == [1 + count_lines("".join(texts[:index])) for index in range(len(texts))]


PIECES = ["---", "...", "\n", "\r\n", "\r", " ", "#", "a: b", "- x", "%YAML 1.2", "\ufeff", "|", '"', "\u2028", "\t"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_split_is_lossless(stream: str) -> None:
    assert "".join(document.text for document in split(stream)) == stream
    assert all(document.text for document in split(stream))


def test_split_is_linear_in_comments() -> None:
    stream = "# c\n" * 20_000 + "---\n" + "# d\n" * 20_000 + "---\n" * 20_000
    assert sum(1 for _ in split(stream)) == 20_001
