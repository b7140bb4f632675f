"""Of the fields that hold images in real manifests none is passed over in silence."""

from __future__ import annotations

import json
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from observed_fields import (
    BESIDE,
    CONFIG,
    LAST_RESORT,
    Place,
    faults,
    is_about,
    judged,
    judgments,
    measure_corpus,
    measure_list,
    object_of,
    reads_as_image,
    rows,
    steps,
    walk,
)

from transformer.config import Config
from transformer.pipeline import rewrite

CORPUS = os.environ.get("REPOINT_CORPUS", "")
NEEDS_CORPUS = pytest.mark.skipif(not CORPUS, reason="REPOINT_CORPUS names no folder of manifests")


@cache
def listed(config: Config) -> list[Place]:
    return measure_list(config)


@cache
def in_corpus() -> list[Place]:
    return measure_corpus(Path(CORPUS), CONFIG)


def shown(places: list[Place]) -> list[str]:
    return [f"{place.where} {place.row.field} = {place.value}" for place in places]


def test_the_list_is_whole() -> None:
    assert Counter(row.type for row in rows()) == {"image_key": 499, "image_value": 275, "split": 40}


@pytest.mark.parametrize("config", [CONFIG, LAST_RESORT], ids=["public registries", "and everything else"])
def test_no_row_of_the_list_is_missed(config: Config) -> None:
    assert shown(faults(listed(config))) == []


@NEEDS_CORPUS
def test_no_image_of_the_corpus_is_missed() -> None:
    assert in_corpus()
    assert shown(faults(in_corpus())) == []


def test_every_judgment_and_every_neighbor_is_needed() -> None:
    missed = [place for place in listed(CONFIG) if place.outcome == "missed"]
    assert {judged(place) for place in missed} - {None} == set(judgments())
    assert set(BESIDE) <= {row.field for row in rows()}


def test_a_plain_word_is_found_where_an_image_reads_the_same() -> None:
    """A row that is judged so by itself is one that its input decides on."""
    places = [place for place in listed(CONFIG) if (why := judged(place)) and why.reason.startswith("a plain word but")]
    for place in places:
        here, document = object_of(place.row)
        pod = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": place.value}]}}
        findings = rewrite(f"{json.dumps(pod)}\n---\n{json.dumps(document)}\n", CONFIG).findings
        assert any(is_about(each, here, place.value) for each in findings)
    assert places


def test_paths_are_read_and_walked_alike() -> None:
    data = {"a": [{"b": {"x.y": 1}}, {"b": {"x.y": 2, "z": 3}}]}
    assert [*walk(data, steps('a[*].b["x.y"]'))] == [(steps('a[0].b["x.y"]'), 1), (steps('a[1].b["x.y"]'), 2)]
    assert [*walk(data, steps("a[*].*.z"))] == [(steps("a[1].b.z"), 3)]
    assert [*walk(data, steps("a.b"))] == []


@pytest.mark.parametrize(
    ("value", "as_key", "as_value"),
    [
        ("nginx", True, False),
        ("org/app:1", True, True),
        ("quay.io/org/app", True, True),
        ("unknown.example/org/app", True, False),
        ("unknown.example/org/app:1", True, True),
        ("redis:6379", True, False),
        ("$(IMAGE)", False, False),
        ("two words", False, False),
        (None, False, False),
    ],
)
def test_what_reads_as_an_image(value: object, as_key: bool, as_value: bool) -> None:
    assert (reads_as_image(value, "image_key"), reads_as_image(value, "image_value")) == (as_key, as_value)
