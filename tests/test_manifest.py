"""A scalar that says something besides images is known as shared, and lines count in the stream."""

from __future__ import annotations

import pytest

from transformer.config import Config
from transformer.documents import split
from transformer.manifest import Manifest
from transformer.nodes import Scalar, compose, resolve

POD = "apiVersion: v1\nkind: Pod\n"
POD_IN_FLOW = "{apiVersion: v1, kind: Pod, spec: {containers: [{image: &i a}]}}"
POLICY_IN_FLOW = "{apiVersion: kyverno.io/v1, kind: Policy, spec: {containers: [{image: &i a}]}}"

# A document whose first image is a scalar, and whether something else says the same scalar.
SHARED = {
    "no anchor": (POD + "spec: {containers: [{image: a}]}", False),
    "an anchor nobody uses": (POD + "spec: {containers: [{image: &i a}]}", False),
    "used by another container": (POD + "spec: {containers: [{image: &i a}, {image: *i}]}", False),
    "used by an image volume": (
        POD + "spec: {containers: [{image: &i a}], volumes: [{image: {reference: *i}}]}",
        False,
    ),
    "used by another field": (POD + "spec: {containers: [{image: &i a, name: *i}]}", True),
    "used by an image and by another field": (
        POD + "spec: {containers: [{image: &i a}, {image: *i, name: *i}]}",
        True,
    ),
    "used as a key": (POD + "spec: {containers: [{image: &i a}], nodeSelector: {*i : x}}", True),
    "defined by another field": (POD + "metadata: {name: &i a}\nspec: {containers: [{image: *i}]}", True),
    "defined in a mapping that is merged": (
        POD + "x: &x {image: &i a}\nspec: {containers: [{<<: *x}, {<<: *x}]}",
        False,
    ),
    "merged through an alias": (POD + "spec: {containers: [{image: &i a}, &c {image: *i}, {<<: *c}]}", False),
    "of equal keys": (POD + "spec: {containers: [{image: &i a, image: *i}]}", False),
    "two pods": (
        f"{{apiVersion: v1, kind: List, items: [{POD_IN_FLOW}, {POD_IN_FLOW.replace('&i a', '*i')}]}}",
        False,
    ),
    "a container in a pod and in a policy": (
        (
            f"{{apiVersion: v1, kind: List, items: [{POD_IN_FLOW.replace('{image: &i a}', '&c {image: a}')}, "
            f"{POLICY_IN_FLOW.replace('{image: &i a}', '*c')}]}}"
        ),
        True,
    ),
    "a pod and a policy": (
        f"{{apiVersion: v1, kind: List, items: [{POD_IN_FLOW}, {POLICY_IN_FLOW.replace('&i a', '*i')}]}}",
        True,
    ),
}


def manifest(text: str) -> Manifest:
    (document,) = split(text)
    return Manifest(document, compose(text), Config(), {})


@pytest.mark.parametrize(("text", "shared"), SHARED.values(), ids=SHARED.keys())
def test_is_shared(text: str, shared: bool) -> None:
    found = manifest(text)
    scalar = resolve(found.fields.images[0].value)
    assert isinstance(scalar, Scalar)
    assert found.is_shared(scalar) is shared


def test_lines_count_in_the_stream() -> None:
    _, document = split("a: 1\n---\n# c\nb: 2\n")
    root = compose(document.text)
    assert root is not None
    assert Manifest(document, root, Config(), {}).line(root) == 4
