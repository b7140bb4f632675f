"""A field that reads like an image, and of which nothing is known, comes with the field spec that covers it."""

from __future__ import annotations

from typing import get_args

import pytest

from transformer.config import Config, FieldSpec, Likely, Mirror
from transformer.config_file import parse_config
from transformer.findings import Finding
from transformer.pipeline import rewrite

REPORTED = Config(
    mirrors=(Mirror("docker.io", "h.example/hub"), Mirror("quay.io", "h.example/quay")), keep=("keep.example",)
)
ASKED = REPORTED._replace(likely=get_args(Likely))

WIDGET = "apiVersion: x.example/v1\nkind: Widget\nmetadata:\n  name: w\n"

# Objects with one field that nothing is known of, and the field spec that is proposed for it.
UNCOVERED = {
    "a field": (
        f"{WIDGET}spec:\n  proxyImage: quay.io/org/app:1\n",
        "{group: x.example, kind: Widget, path: spec/proxyImage}",
    ),
    "behind a scheme": (
        f"{WIDGET}spec:\n  url: oci://quay.io/org/app\n",
        "{group: x.example, kind: Widget, path: spec/url}",
    ),
    "a word": (f"{WIDGET}spec:\n  image: nginx\n", "{group: x.example, kind: Widget, path: spec/image}"),
    "in a list": (
        f"{WIDGET}spec:\n  parts:\n  - image: quay.io/org/app\n",
        '{group: x.example, kind: Widget, path: "spec/parts[]/image"}',
    ),
    "an item": (
        f"{WIDGET}spec:\n  images: ['quay.io/org/app:1']\n",
        '{group: x.example, kind: Widget, path: "spec/images[]"}',
    ),
    "a list in a list": (
        f"{WIDGET}spec:\n  images: [['quay.io/org/app:1']]\n",
        '{group: x.example, kind: Widget, path: "spec/images[][]"}',
    ),
    "a key with dots": (
        f"{WIDGET}spec:\n  images: {{v1.28: quay.io/org/app}}\n",
        "{group: x.example, kind: Widget, path: spec/images/v1.28}",
    ),
    "a key with a slash": (
        f"{WIDGET}spec:\n  images: {{a/b: 'quay.io/org/app:1'}}\n",
        "{group: x.example, kind: Widget, path: spec/images/a\\/b}",
    ),
    "a key with a colon": (
        f"{WIDGET}spec:\n  images: {{'a: b': 'quay.io/org/app:1'}}\n",
        '{group: x.example, kind: Widget, path: "spec/images/a: b"}',
    ),
    "a key with a comma": (
        f"{WIDGET}spec:\n  images: {{'a,b': 'quay.io/org/app:1'}}\n",
        '{group: x.example, kind: Widget, path: "spec/images/a,b"}',
    ),
    "an object": (
        f"{WIDGET}spec:\n  image: {{repository: quay.io/org/app, tag: v1}}\n",
        "{group: x.example, kind: Widget, path: spec/image}",
    ),
    "in a list of objects": (
        (
            "apiVersion: v1\nkind: List\nitems:\n"
            "- {apiVersion: x.example/v1, kind: Widget, spec: {image: quay.io/org/app}}\n"
        ),
        "{group: x.example, kind: Widget, path: spec/image}",
    ),
    "in an object": (
        f"{WIDGET}spec:\n  x: {{apiVersion: y.example/v1, kind: Gadget, spec: {{image: quay.io/org/app}}}}\n",
        "{group: y.example, kind: Gadget, path: spec/image}",
    ),
}


def only_uncovered(text: str) -> Finding:
    (finding,) = [each for each in rewrite(text, REPORTED).findings if each.outcome == "uncovered"]
    return finding


@pytest.mark.parametrize(("text", "spec"), UNCOVERED.values(), ids=UNCOVERED)
def test_an_uncovered_field_comes_with_its_field_spec(text: str, spec: str) -> None:
    finding = only_uncovered(text)
    assert finding.severity == "warning"
    assert finding.message.endswith(f"; to have it rewritten, add to spec.fieldSpecs: - {spec}")


# The same without the spec, as there is more than one way to say it.
PASTED = {
    **{name: text for name, (text, _) in UNCOVERED.items()},
    "a key of digits": f"{WIDGET}spec:\n  images: {{'17': 'quay.io/org/app:1'}}\n",
    "a key that is a star": f"{WIDGET}spec:\n  images: {{'*': 'quay.io/org/app:1'}}\n",
    "a key with a backslash": f"{WIDGET}spec:\n  images: {{'a\\b': 'quay.io/org/app:1'}}\n",
    "a key with a comment sign": f"{WIDGET}spec:\n  images: {{'a #b': 'quay.io/org/app:1'}}\n",
    "a field of the object itself": f"{WIDGET}image: quay.io/org/app\n",
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
def test_the_field_spec_can_be_pasted_and_covers_the_field(text: str) -> None:
    spec = only_uncovered(text).message.partition("spec.fieldSpecs: ")[2]
    config = parse_config(
        "apiVersion: repoint.dev/v1alpha1\nkind: MirrorConfig\nspec:\n  mirrors:\n"
        "  - {source: docker.io, mirror: h.example/hub}\n  - {source: quay.io, mirror: h.example/quay}\n"
        f"  fieldSpecs:\n  {spec}\n",
        file="repoint.yaml",
    )
    result = rewrite(text, config)
    assert [(finding.outcome, finding.confidence) for finding in result.findings] == [("rewritten", "declared")]
    assert "quay.io" not in result.text


def test_an_uncovered_field_that_no_mirror_covers_says_so() -> None:
    assert (
        "; no mirror covers r.example/app:1; to have it"
        in only_uncovered(f"{WIDGET}spec: {{image: 'r.example/app:1'}}\n").message
    )


def test_a_declared_field_is_not_said_twice() -> None:
    config = ASKED._replace(field_specs=(FieldSpec("Widget", ("spec", "image"), "spec/image"),))
    text = f"{WIDGET}spec:\n  image: quay.io/org/app:1\n"
    assert [finding.confidence for finding in rewrite(text, config).findings] == ["declared"]


@pytest.mark.parametrize("word", ["nginx", "projects/debian/images/family-12", "auto"])
def test_a_word_is_said_and_never_rewritten_without_being_declared(word: str) -> None:
    text = f"{WIDGET}spec:\n  image: {word}\n"
    result = rewrite(text, ASKED)
    assert result.text == text
    assert [finding.outcome for finding in result.findings] == ["uncovered"]


def test_with_being_asked_for_what_is_more_than_a_word_is_rewritten() -> None:
    text = f"{WIDGET}spec:\n  proxyImage: quay.io/org/app:1\n  image: {{repository: quay.io/org/b, tag: v1}}\n"
    assert rewrite(text, ASKED).text == text.replace("quay.io", "h.example/quay")


@pytest.mark.parametrize("key", ["value", "default"])
def test_no_field_spec_is_proposed_for_the_values_of_parameters(key: str) -> None:
    text = (
        f"{WIDGET}spec:\n  params:\n  - {{name: image, {key}: 'quay.io/org/app:1'}}\n  - {{name: rev, {key}: main}}\n"
    )
    assert only_uncovered(text).message.endswith("; to have it rewritten, ask for it with likely: [fields]")
    assert rewrite(text, ASKED).text == text.replace("quay.io", "h.example/quay")
