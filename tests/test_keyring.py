"""The kubelet's key matching against a table measured on it."""

from __future__ import annotations

import json
import string
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.errors import InvalidReference
from transformer.keyring import clean, select
from transformer.reference import parse

Row = dict[str, Any]

ROWS: list[Row] = json.loads((Path(__file__).parent / "facts" / "keyring.json").read_text())
IMAGES = [row for row in ROWS if not row.get("image_invalid")]
NO_IMAGES = [row for row in ROWS if row.get("image_invalid")]


def label(row: Row) -> str:
    return f"{row['group']}:{','.join(row['auth_keys'])}:{row['image'][:40]}"


def test_every_row_of_the_table_is_run() -> None:
    assert (len(IMAGES), len(NO_IMAGES)) == (107, 2)


@pytest.mark.parametrize("row", IMAGES, ids=label)
def test_clean_gives_the_key_the_kubelet_indexes(row: Row) -> None:
    assert {key: clean(key) for key in row["auth_keys"]} == row["clean_keys"]


@pytest.mark.parametrize("row", IMAGES, ids=label)
def test_select_gives_the_keys_in_the_order_tried(row: Row) -> None:
    lookup = row["image"] if row.get("raw_lookup") else parse(row["image"]).name
    assert lookup == row["lookup"]
    assert select(row["auth_keys"], lookup) == row["matches"]


@pytest.mark.parametrize("row", [row for row in IMAGES if not {"unordered", "secrets"} & set(row)], ids=label)
def test_select_does_not_depend_on_the_order_given(row: Row) -> None:
    assert select(reversed(row["auth_keys"]), row["lookup"]) == row["matches"]


@pytest.mark.parametrize("row", [row for row in IMAGES if "unordered" in row], ids=label)
def test_select_keeps_the_order_given_where_the_kubelet_has_none(row: Row) -> None:
    assert row["unordered"] == [row["matches"]]
    assert select(reversed(row["matches"]), row["lookup"]) == row["matches"][::-1]


@pytest.mark.parametrize("row", [row for row in IMAGES if row.get("via_hub_fallback")], ids=label)
def test_select_falls_back_to_the_hub_only_where_no_key_matches(row: Row) -> None:
    assert select([*row["auth_keys"], row["lookup"]], row["lookup"]) == [row["lookup"]]


@pytest.mark.parametrize("row", [row for row in ROWS if "secrets" in row], ids=label)
def test_select_pools_the_keys_of_all_secrets(row: Row) -> None:
    owners = {key: index for index, keys in enumerate(row["secrets"]) for key in keys}
    matches = select([key for keys in row["secrets"] for key in keys], row["lookup"])
    assert matches == row["matches"]
    assert [owners[key] for key in matches] == row["match_secrets"]


@pytest.mark.parametrize("row", NO_IMAGES, ids=label)
def test_an_invalid_image_never_gets_to_the_keyring(row: Row) -> None:
    with pytest.raises(InvalidReference):
        parse(row["image"])


def test_select_repeats_a_key_that_two_secrets_have() -> None:
    assert select(["quay.io", "ghcr.io", "quay.io"], "quay.io/org/app") == ["quay.io", "quay.io"]


@pytest.mark.parametrize(
    "key",
    [
        "quay\t.io",
        "quay.io/%zz",
        "quay.io/%4",
        "quay.io#%zz",
        "us er@quay.io",
        "us%er@quay.io",
        "quay%2eio",
        "quay\\.io",
        "[quay].io",
        "a[::1]",
        "[::1]5000",
        "[::1]:x",
        "[quay]:5000",
        "[10.0.0.7]",
        "quay.io:5000:1",
        "quay.io:٣",
    ],
)
def test_clean_drops_what_is_no_url_to_go(key: str) -> None:
    assert clean(key) is None
    assert select([key], "quay.io/org/app") == []


@pytest.mark.parametrize(
    ("key", "cleaned"),
    [
        ("http://https://quay.io", "https://quay.io"),
        ("https:/quay.io", "https:/quay.io"),
        ("//quay.io", "//quay.io"),
        ("https://user:p@ss@quay.io/team#top", "quay.io/team"),
        ("quay.io/a b", "quay.io/a b"),
        ("quay.io/v1//", "quay.io//"),
        ("quay.io/caf%C3%A9", "quay.io/café"),
        ("quay.io/%ff", "quay.io/\ufffd"),
        ("quay.io/100%25", "quay.io/100%"),
        ("caf%c3%a9.io", "café.io"),
        ("[::ffff:10.0.0.7]:5000", "[::ffff:10.0.0.7]:5000"),
        ("[fe80::1%25eth0]", "[fe80::1%eth0]"),
    ],
)
def test_clean_reads_a_url_as_go_does(key: str, cleaned: str) -> None:
    assert clean(key) == cleaned


@pytest.mark.parametrize(
    ("key", "lookup", "opens"),
    [
        ("[2001:db8::1]:5000", "[2001:db8::1]:5000/app", True),
        ("*:5000", "[2001:db8::1]:5000/app", True),
        ("[::A]", "A/app", True),  # brackets without a port are a choice of characters
        ("[::A]", "B/app", False),
        ("quay.io/100%25", "quay.io/100%/app", False),  # the cleaned key is read again, and is no URL then
        ("quay.io/a%252fb", "quay.io/a/b", True),
        ("q**y.io", "qy.io/app", True),
        ("a*a", "a/app", False),
        ("ab*ba", "aba/app", False),
        ("*ab*ab*", "ab/app", False),
        ("*ab*ab*", "xabyabz/app", True),
        ("*.*.io", "a..io/app", True),
        ("quay.io", "quay.io/a%zz", False),
    ],
)
def test_select_matches_hosts_label_by_label(key: str, lookup: str, opens: bool) -> None:
    assert (select([key], lookup) == [key]) is opens


@pytest.mark.parametrize(
    ("lookup", "on_hub"),
    [("nginx", True), ("library/nginx", True), ("no image", True), ("/nginx", False), ("a:1/nginx", False)],
)
def test_select_takes_a_name_without_a_host_for_one_of_the_hub(lookup: str, on_hub: bool) -> None:
    assert (select(["index.docker.io"], lookup) == ["index.docker.io"]) is on_hub


def test_select_takes_linear_time_on_many_stars() -> None:
    keys = ["*a" * 2_000 + "b", "*" * 4_000 + "b", "*ab" * 2_000]
    started = time.perf_counter()
    assert select(keys, "a" * 4_000 + "/app") == []
    assert time.perf_counter() - started < 1


TEXTS = st.one_of(st.text(), st.text(alphabet="aA0.:/*[]?#%@ -_\\25\x7f\ud800é", max_size=20))
LABELS = st.text(alphabet=string.ascii_letters + string.digits, min_size=1, max_size=8)
HOSTS = st.builds("{}.{}".format, LABELS, LABELS) | st.builds("{}.{}:{}".format, LABELS, LABELS, st.integers(0, 65535))


@given(st.lists(TEXTS), TEXTS)
def test_select_takes_any_text(keys: list[str], lookup: str) -> None:
    assert sorted(set(select(keys, lookup)) - set(keys)) == []


@given(HOSTS, LABELS, st.lists(TEXTS), st.sampled_from(["", "https://", "http://"]))
def test_a_literal_host_opens_every_image_on_it(host: str, path: str, others: list[str], scheme: str) -> None:
    assert scheme + host in select([*others, scheme + host], f"{host}/{path}")
