"""The YAML that is authored reads back as what was said, with each of the parsers here and with kubectl."""

from __future__ import annotations

import json
import os
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from programs import needs
from ruamel.yaml import YAML

from transformer.authored import document
from transformer.nodes import compose, plain

Said = dict[str, Any]

DOCUMENTS: dict[str, tuple[Said, str]] = {
    "a text": ({"kind": "Secret"}, "kind: Secret\n"),
    "the order given": ({"b": "x-1", "a": "x-2"}, '"b": x-1\n"a": x-2\n'),
    "nothing said": (
        {"kind": None, "name": "a-b", "metadata": {"labels": None, "x-y": "z-1"}},
        "name: a-b\nmetadata:\n  x-y: z-1\n",
    ),
    "a mapping": (
        {"metadata": {"name": "a-b", "labels": {"team": "shop"}}},
        "metadata:\n  name: a-b\n  labels:\n    team: shop\n",
    ),
    "an empty mapping": ({"spec": {}, "more": {"spec": {}}}, "spec: {}\nmore:\n  spec: {}\n"),
    "an empty list": ({"items": [], "more": [[], {}]}, "items: []\nmore:\n- []\n- {}\n"),
    "a list": ({"keys": ["one", "two"], "end": "yes"}, 'keys:\n- one\n- two\nend: "yes"\n'),
    "a tuple": ({"keys": ("one", "two")}, "keys:\n- one\n- two\n"),
    "a list of mappings": (
        {"data": [{"key": "one", "ref": {"name": "two"}}, {"key": "three"}]},
        "data:\n- key: one\n  ref:\n    name: two\n- key: three\n",
    ),
    "a mapping that begins with a list": (
        {"data": [{"keys": ["one", {"key": "two"}], "end": 1}]},
        "data:\n- keys:\n  - one\n  - key: two\n  end: 1\n",
    ),
    "a mapping that begins with a mapping": (
        {"data": [{"ref": {"name": "one"}, "end": 1}]},
        "data:\n- ref:\n    name: one\n  end: 1\n",
    ),
    "a list of lists": ({"rows": [["one", "two"], [["three"]]]}, "rows:\n-\n  - one\n  - two\n-\n  -\n    - three\n"),
    "numbers": ({"keys": [0, -1, 10**20]}, "keys:\n- 0\n- -1\n- 100000000000000000000\n"),
    "booleans": ({"immutable": True, "keys": [False]}, "immutable: true\nkeys:\n- false\n"),
    "keys of Secrets": (
        {"data": {".dockerconfigjson": "one", ".dockercfg": "two"}},
        "data:\n  .dockerconfigjson: one\n  .dockercfg: two\n",
    ),
    "keys that are quoted": (
        {"on": "a-b", "1": "a-b", "a b": "a-b", ".a1": "a-b", "": "a-b", "app/name": "a-b"},
        '"on": a-b\n"1": a-b\n"a b": a-b\n".a1": a-b\n"": a-b\napp/name: a-b\n',
    ),
    "texts that read as something else": (
        {"keys": ["1", "1e3", "0x1f", "1h", "true", "No", "null", "~", "", "2026-03-01"]},
        'keys:\n- "1"\n- "1e3"\n- "0x1f"\n- "1h"\n- "true"\n- "No"\n- "null"\n- "~"\n- ""\n- "2026-03-01"\n',
    ),
    "texts that YAML has a meaning for": (
        {"keys": ["a: b", "a #b", "-", "=", "*a", "&a", "a"]},
        'keys:\n- "a: b"\n- "a #b"\n- "-"\n- "="\n- "*a"\n- "&a"\n- "a"\n',
    ),
    "more than ASCII": ({"keys": ["é", "ü\n", "😀"]}, 'keys:\n- "é"\n- "ü\\n"\n- "😀"\n'),
    "lines": ({"text": "one\n  two: #\nthree\n"}, "text: |\n  one\n    two: #\n  three\n"),
    "lines without a last break": ({"text": "one\ntwo"}, "text: |-\n  one\n  two\n"),
    "a quote": ({"text": '{"a": 1}'}, 'text: |-\n  {"a": 1}\n'),
    "a quote and a break": ({"text": '"\n'}, 'text: |\n  "\n'),
    "lines in a list": ({"keys": ["one\ntwo\n", "three"]}, "keys:\n- |\n    one\n    two\n- three\n"),
    "lines in a mapping in a list": (
        {"keys": [{"text": "one\ntwo", "end": "x-y"}]},
        "keys:\n- text: |-\n    one\n    two\n  end: x-y\n",
    ),
    "lines in a list in a list": ({"keys": [["one\ntwo"]]}, "keys:\n-\n  - |-\n      one\n      two\n"),
    "markers in lines": ({"text": "---\n...\n"}, "text: |\n  ---\n  ...\n"),
    "comments in lines": ({"text": "# one\n#two"}, "text: |-\n  # one\n  #two\n"),
    "a directive in lines": ({"text": "%YAML 1.1\nx"}, "text: |-\n  %YAML 1.1\n  x\n"),
    "a blank first": ({"text": " one\ntwo"}, 'text: " one\\ntwo"\n'),
    "a break first": ({"text": "\none\n"}, 'text: "\\none\\n"\n'),
    "a blank last": ({"text": "one\ntwo "}, 'text: "one\\ntwo "\n'),
    "a blank before the last break": ({"text": "one \n"}, 'text: "one \\n"\n'),
    "breaks last": ({"text": "one\n\n"}, 'text: "one\\n\\n"\n'),
    "a tab": ({"text": "one\n\ttwo"}, 'text: "one\\n\\ttwo"\n'),
    "a carriage return": ({"text": "one\r\ntwo"}, 'text: "one\\r\\ntwo"\n'),
    "a quote and more than ASCII": ({"text": '"é"'}, 'text: "\\"é\\""\n'),
    "controls": ({"text": "\0\x1b\b"}, 'text: "\\u0000\\u001b\\b"\n'),
    "base64": (
        {"data": {"a-b": "eyJhdXRocyI6e319eyJhdXRo", "c-d": "AgBq/+zzzzzzzzzzzzzzzA=="}},
        "data:\n  a-b: eyJhdXRocyI6e319eyJhdXRo\n  c-d: AgBq/+zzzzzzzzzzzzzzzA==\n",
    ),
    "base64 that could be something else": (
        {"data": {"a-b": "12345678901234567890", "c-d": "e30=", "e-f": "/w/w/w/w/w/w/w/w/w/w/w==", "g-h": "aGk+"}},
        'data:\n  a-b: "12345678901234567890"\n  c-d: "e30="\n  e-f: "/w/w/w/w/w/w/w/w/w/w/w=="\n  g-h: "aGk+"\n',
    ),
}


@pytest.mark.parametrize(("said", "expected"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_document_writes_block_style(said: Said, expected: str) -> None:
    assert document(said) == expected


def without_nothing(value: Any) -> Any:
    """Return data as it is written: without what is None, tuples as lists."""
    if isinstance(value, dict):
        return {key: without_nothing(each) for key, each in value.items() if each is not None}
    return [without_nothing(each) for each in value] if isinstance(value, (list, tuple)) else value


def read(text: str, version: tuple[int, int]) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    return yaml.load(text)


def readings(text: str) -> Iterator[Any]:
    """Yield what each parser here reads: libyaml as this program asks it, and another in both versions of YAML."""
    root = compose(text)
    assert root is not None
    yield plain(root)
    yield from (read(text, version) for version in [(1, 1), (1, 2)])


@pytest.mark.parametrize("said", [said for said, _ in DOCUMENTS.values()], ids=DOCUMENTS)
def test_document_reads_back(said: Said) -> None:
    assert list(readings(document(said))) == [without_nothing(said)] * 3


# What is easily read as something else, by itself or in what is around it.
TRICKY = st.sampled_from(
    [
        *("", " ", "yes", "NO", "on", "y", "n", "null", "~", "true", ".inf", "1", "-1", "1e3", "0o7", "0x1f", "1_000"),
        *("12:30:45", "2026-03-01", "1.5", ".5", "a: b", "a:", ":a", "a #b", "#a", "- a", "-", "?", "? a", "--- a"),
        *("...", "a\nb", "a\n", "\na", " a\nb", "a\n\n", "a\n b\n", "a\n\n\nb", "a \nb", '"', "'", '"a"\n', "a\\n"),
        *("\ta", "a\tb", "a\r\nb", "{a: b}", "[a]", "a, b", "&a", "*a", "!a", "!!str", "|", ">", "%a", "@a", "`a"),
        *("{{ a }}", "<<", "=", "é", "ü\nö", "😀", "\u200b", "A" * 30, "1" * 30, "a b " * 60, "A+/=", "x\n" * 40),
    ]
)
PRINTABLE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]) | st.sampled_from("\n\t #:-'\""))
TEXTS = TRICKY | PRINTABLE
# A key is on one line, and no longer than any name in Kubernetes.
KEYS = (TRICKY | PRINTABLE).filter(lambda text: len(text) <= 317 and text != ".inf") | st.sampled_from([".dockercfg"])
VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
@example({"a": [[{"b": ["c\nd", {"e": 'f"'}], "": [[], {}]}]]})
def test_document_reads_back_whatever_it_says(said: Said) -> None:
    assert list(readings(document(said))) == [said] * 3


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_document_is_lines_of_its_own(said: Said) -> None:
    text = document(said)
    assert text.endswith("\n")
    assert not [line for line in text.split("\n") if line.startswith(("---", "...", "%"))]


@given(st.binary(min_size=15, max_size=400))
def test_document_writes_base64_on_one_line(octets: bytes) -> None:
    text = b64encode(b"\x01" + octets).decode()
    assert document({"data": text}) == f"data: {text}\n"
    assert list(readings(f"data: {text}\n")) == [{"data": text}] * 3


@needs("kubectl")
def test_kubectl_reads_what_is_said(tmp_path: Path) -> None:
    """One ConfigMap with a key for each value that is easily misread."""
    texts = {f"t{number}": text for number, (said, _) in enumerate(DOCUMENTS.values()) for text in leaves(said)}
    assert len(texts) > 20
    said = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": texts}
    command = ["kubectl", "patch", "--local", "--filename=-", "--patch={}", "--output=json"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KUBECONFIG": os.devnull}
    done = subprocess.run(command, env=environment, input=document(said).encode(), capture_output=True, check=True)
    assert json.loads(done.stdout) == said


def leaves(value: Any) -> Iterator[str]:
    """Yield the texts in data."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ():
        yield from leaves(each)


# -- what a config can say and the program does not write -------------------------------------------------------------

BREAKS = {"next line": "\x85", "line separator": "\u2028", "paragraph separator": "\u2029"}
CONTROLS = {"delete": "\x7f", "padding": "\x80"}


def test_document_keeps_a_break_of_unicode_in_a_value() -> None:
    said = {"text": "one\x85two"}
    assert list(readings(document(said))) == [said] * 3


@pytest.mark.parametrize("character", BREAKS.values(), ids=BREAKS)
def test_document_keeps_a_break_of_unicode_in_a_key(character: str) -> None:
    said = {f"one{character}two": "x-y"}
    assert list(readings(document(said))) == [said] * 3


@pytest.mark.parametrize("character", CONTROLS.values(), ids=CONTROLS)
def test_document_escapes_controls(character: str) -> None:
    said = {"text": f"one{character}two"}
    assert list(readings(document(said))) == [said] * 3


@pytest.mark.parametrize("key", [".inf", ".Inf", ".nan", ".NaN"])
def test_document_quotes_a_key_that_is_a_number(key: str) -> None:
    assert list(readings(document({key: "x-y"}))) == [{key: "x-y"}] * 3


NULLS: dict[str, Said] = {
    "in a list": {"audiences": [None]},
    "alone in a mapping": {"auth": {"jwt": None}},
    "alone in an item": {"refs": [{"name": None}]},
}


@pytest.mark.parametrize("said", NULLS.values(), ids=NULLS)
def test_document_keeps_what_is_around_a_null(said: Said) -> None:
    assert list(readings(document(said))) == [without_nothing(said)] * 3


def test_document_leaves_no_blanks_at_the_end_of_a_line() -> None:
    assert document({"text": "one\n\ntwo\n"}) == "text: |\n  one\n\n  two\n"
