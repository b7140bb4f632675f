"""The grammar against a table measured on the distribution reference parser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.errors import InvalidReference
from transformer.reference import is_registry, parse

ROWS = json.loads((Path(__file__).parent / "facts" / "references.json").read_text())
VALID = [row for row in ROWS if row["valid"]]
INVALID = [row for row in ROWS if not row["valid"]]


def label(row: dict) -> str:
    return f"{row['group']}:{row['input'][:60]}"


def test_every_row_of_the_table_is_run() -> None:
    assert (len(VALID), len(INVALID)) == (103, 104)


@pytest.mark.parametrize("row", VALID, ids=label)
def test_parse_gives_the_parts_of_a_valid_reference(row: dict) -> None:
    reference = parse(row["input"])
    assert (reference.domain, reference.path) == (row["domain"], row["path"])
    assert (reference.tag, reference.digest) == (row["tag"], row["digest"])
    assert str(reference) == row["normalized"]
    assert reference.familiar == row["familiar"]
    assert (str(reference) == row["input"]) == row["canonical_input"]


@pytest.mark.parametrize("row", VALID, ids=label)
def test_parse_is_the_inverse_of_str(row: dict) -> None:
    reference = parse(row["input"])
    assert parse(str(reference)) == reference
    if row["group"] != "hex":  # 64 digits under library/ have a familiar form that upstream cannot read either
        assert parse(reference.familiar) == reference


@pytest.mark.parametrize("row", INVALID, ids=label)
def test_parse_names_the_rule_an_invalid_reference_breaks(row: dict) -> None:
    with pytest.raises(InvalidReference) as caught:
        parse(row["input"])
    assert caught.value.rule == row["error"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is empty"),
        ("$(IMAGE)", "it looks like a placeholder"),
        ("{{ .Values.image }}", "it looks like a placeholder"),
        ("https://nginx", "a reference has no scheme"),
        ("nginx!", "'nginx!' is no path component"),
        ("REPLACE_ME", "lower case"),
        ("nginx:", "is no tag"),
        ("nginx:a b", "is no tag"),
        ("nginx@latest", "is no digest"),
        ("nginx@sha256:" + "0" * 63, "has 64 digits, this one 63"),
        ("nginx@md5:" + "0" * 32, "algorithm 'md5'"),
        ("a" * 64, "image ID"),
        ("quay.io//x", "'' is no path component"),
        ("x/" * 130 + "x", "more than 255"),
    ],
)
def test_parse_says_in_words_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(InvalidReference, match="is no image reference") as caught:
        parse(text)
    assert words in str(caught.value)


def test_parse_shortens_a_long_text_in_its_message() -> None:
    with pytest.raises(InvalidReference) as caught:
        parse("!" * 10_000)
    assert len(str(caught.value)) < 10_200
    assert str(caught.value).startswith("'" + "!" * 77 + "...' is no")


@pytest.mark.parametrize("text", ["docker.io", "localhost", "localhost:5000", "registry:443", "[::1]:5000", "10.0.0.7"])
def test_is_registry_takes_what_a_reference_can_begin_with(text: str) -> None:
    assert is_registry(text)
    assert parse(f"{text}/team/app").domain == text


@pytest.mark.parametrize("text", ["", "nginx", "harbor", "https://quay.io", "quay.io/", "a.b/c", "-x.io", "x_y.io"])
def test_is_registry_refuses_what_would_be_read_as_a_path(text: str) -> None:
    assert not is_registry(text)


@given(st.text(max_size=40))
def test_parse_raises_nothing_but_its_own_error(text: str) -> None:
    try:
        reference = parse(text)
    except InvalidReference:
        return
    assert parse(str(reference)) == reference


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a-" * 100_000, "a." * 100_000, "-" * 200_000, "a/" * 100_000, ":" * 200_000]
)
def test_parse_refuses_very_long_texts_without_hanging(text: str) -> None:
    with pytest.raises(InvalidReference):
        parse(text)
