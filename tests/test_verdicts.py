"""An image gets the verdict that the config has for it, in the shape in which it is spelled."""

from __future__ import annotations

import pytest
from mirroring import HUB, config, override

from transformer.config import Config
from transformer.image_fields import Holds, ImageField
from transformer.nodes import Mapping, compose, own, text_of
from transformer.resources import resources
from transformer.verdicts import Verdict, verdict

CONFIG = config(
    {**HUB, "quay.io": "h.example:80/q", "ghcr.io/org/a": "h.example/a"},
    keep=["keep.example"],
    images=[override("docker.io/library/redis", to="h.example/cache/redis", tag="8")],
)
SIBLINGS = (("registry", "host"), ("tag", "version"), ("digest", "sum"))


def judged(image: str, holds: Holds = "image", by: Config = CONFIG) -> Verdict | None:
    """Return the verdict on what stands under `image` in the spec of an object, `image` and more written in flow."""
    (resource,) = resources(compose(f"apiVersion: x/v1\nkind: Widget\nspec: {{image: {image}}}\n"))
    holder = own(resource.node, "spec")
    assert isinstance(holder, Mapping)
    value = own(holder, "image")
    assert value is not None
    return verdict(ImageField(resource, holder, value, "spec.image", holds=holds, siblings=SIBLINGS), by)


# What stands in the field, what that is, and the words for what becomes of it: before -> after, or why it stays.
JUDGED: dict[str, tuple[str, Holds, str, str]] = {
    "a reference": ("nginx", "reference", "rewritten", "nginx -> h.example/hub/library/nginx"),
    "an image": ("nginx:1", "image", "rewritten", "nginx:1 -> h.example/hub/library/nginx:1"),
    "an image behind a scheme": (
        "oci://nginx",
        "image",
        "rewritten",
        "oci://nginx -> oci://h.example/hub/library/nginx",
    ),
    "an image in parts": (
        "{registry: quay.io, repository: app, tag: 8.10}",
        "image",
        "rewritten",
        "quay.io/app:8.10 -> h.example:80/q/app:8.10",
    ),
    "an image with siblings": (
        "app:1, host: quay.io, version: v2",
        "image",
        "rewritten",
        "quay.io/app:1 -> h.example:80/q/app:1",
    ),
    "an override": ("redis:7", "image", "rewritten", "redis:7 -> h.example/cache/redis:8"),
    "a kept one": ("keep.example/app", "image", "kept", "stays: spec.keep[0] (keep.example)"),
    "mirrored already": (
        "h.example/hub/library/nginx",
        "image",
        "kept",
        "stays: already mirrored: spec.mirrors[0] (docker.io)",
    ),
    "unmapped": ("gcr.io/a/b", "image", "unmapped", "no mirror covers gcr.io/a/b"),
    "no reference": (
        "'a b'",
        "image",
        "invalid",
        (
            "'a b' is no image reference: 'a b' is no path component "
            "(lower-case letters and digits, separated by '.', '_', '__' or '-')"
        ),
    ),
    "a variable": ("$(IMAGE)", "image", "invalid", "'$(IMAGE)' is no image reference: it looks like a placeholder"),
    # What is no text.
    "nothing": ("", "reference", "invalid", "expected an image reference, found nothing"),
    "null": ("~", "reference", "invalid", "expected an image reference, found nothing"),
    "a number": ("12", "image", "invalid", "expected an image reference, found '12'"),
    "a truth": ("yes", "reference", "invalid", "expected an image reference, found 'yes'"),
    "a number as repository": ("{repository: 12}", "image", "invalid", "expected an image reference, found '12'"),
    "a list": ("[nginx]", "image", "invalid", "expected an image reference, found no text"),
    "an object without a repository": (
        "{tag: v1}",
        "image",
        "invalid",
        "expected an image reference, found an object without a repository",
    ),
    "an object where only a text can be": (
        "{repository: nginx}",
        "reference",
        "invalid",
        "expected an image reference, found an object without a repository",
    ),
    # A URL.
    "a URL": ("oci://quay.io/a", "url", "rewritten", "oci://quay.io/a -> oci://h.example:80/q/a"),
    "a URL of docker": ("docker://nginx", "url", "rewritten", "docker://nginx -> docker://h.example/hub/library/nginx"),
    "a URL, unmapped": ("oci://gcr.io/a/b", "url", "unmapped", "no mirror covers gcr.io/a/b"),
    # A name before which a controller may put a registry.
    "a whole image": ("quay.io/a/b:1", "imageOrName", "rewritten", "quay.io/a/b:1 -> h.example:80/q/a/b:1"),
    "a name": ("agent", "imageOrName", "kept", "its controller puts a registry before it"),
    "a name with a tag": ("'agent:7'", "imageOrName", "kept", "its controller puts a registry before it"),
    "a name with a dot": ("agent.full", "imageOrName", "kept", "its controller puts a registry before it"),
    "a name in an object": ("{name: agent, tag: 7}", "imageOrName", "kept", "its controller puts a registry before it"),
    "a name with an organization": (
        "datadog/agent",
        "imageOrName",
        "kept",
        "its controller puts a registry before it",
    ),
    "a whole image in an object": (
        "{name: quay.io/a/b, tag: 7}",
        "imageOrName",
        "rewritten",
        "quay.io/a/b:7 -> h.example:80/q/a/b:7",
    ),
    # What stands before the names of images.
    "a registry": ("quay.io", "prefix", "rewritten", "quay.io -> h.example:80/q"),
    "a registry with a slash": ("quay.io/", "prefix", "rewritten", "quay.io/ -> h.example:80/q/"),
    "a registry with a path": ("quay.io/org", "prefix", "rewritten", "quay.io/org -> h.example:80/q/org"),
    "a registry, kept": ("keep.example/x", "prefix", "kept", "stays: spec.keep[0] (keep.example)"),
    "a registry, unmapped": ("gcr.io/org", "prefix", "unmapped", "no mirror covers gcr.io/org"),
    "a registry of which a part goes elsewhere": (
        "docker.io",
        "prefix",
        "refused",
        (
            "docker.io stands before the names of images, "
            "and the rule for docker.io/library/redis sends a part of it elsewhere"
        ),
    ),
}


@pytest.mark.parametrize(("image", "holds", "outcome", "message"), JUDGED.values(), ids=JUDGED)
def test_verdict(image: str, holds: Holds, outcome: str, message: str) -> None:
    found = judged(image, holds)
    assert found is not None
    assert (found.outcome, found.message) == (outcome, message)
    if outcome == "rewritten":
        assert message == f"{found.before} -> {found.after}"
        assert found.changes
    else:
        assert found.after == found.before
        assert found.changes == ()


# What is no image to speak of.
NONE: dict[str, str] = {
    "a website": "https://example.com/a",
    "no scheme": "quay.io/a",
    "a bucket": "s3://models/a",
    "a chart's name": "traefik",
    "nothing": "",
}


@pytest.mark.parametrize("image", NONE.values(), ids=NONE)
def test_a_url_of_something_else_gets_no_verdict(image: str) -> None:
    assert judged(image, "url") is None


# An image, and the parts that change, each with what it has to say.
CHANGES = {
    "a text": ("nginx", ["repository h.example/hub/library/nginx"]),
    "an object": ("{registry: docker.io, repository: nginx}", ["registry h.example", "repository hub/library/nginx"]),
    "an object with a path": ("{registry: ghcr.io/org, repository: a/b}", ["registry h.example"]),
    "a tag of its own": ("{repository: redis, tag: 7}", ["repository h.example/cache/redis", "tag 8"]),
}


@pytest.mark.parametrize(("image", "expected"), CHANGES.values(), ids=CHANGES)
def test_the_changes_are_those_of_the_parts(image: str, expected: list[str]) -> None:
    found = judged(image)
    assert found is not None
    assert sorted(f"{part.role} {said}" for part, said in found.changes) == expected


def test_the_rule_and_the_reference_are_those_of_the_decision() -> None:
    found = judged("{registry: quay.io, repository: app, tag: v1}")
    assert found is not None
    assert (found.rule, str(found.reference)) == ("spec.mirrors[1] (quay.io)", "h.example:80/q/app:v1")
    assert found.main is not None
    assert text_of(found.main.node) == "app"


def test_a_reference_that_does_not_fit_the_shape_is_refused_and_stands_for_what_it_says() -> None:
    digest = f"sha256:{'b' * 64}"
    by = config({}, images=[override("quay.io/app", digest=digest)])
    found = judged("{repository: quay.io/app, tag: v1}", by=by)
    assert found is not None
    assert (found.outcome, found.before, found.after, found.changes) == (
        "refused",
        "quay.io/app:v1",
        "quay.io/app:v1",
        (),
    )
    assert found.message == (
        f"not rewritten to quay.io/app@{digest}: "
        f"tag and digest stand in fields of their own, which have no place for @{digest}"
    )
    assert str(found.reference) == "quay.io/app:v1"


def test_what_has_no_reference_has_none() -> None:
    found = [judged("'a b'"), judged("~", "reference"), judged("agent", "imageOrName")]
    assert [each.reference if each else "no verdict" for each in found] == [None, None, None]


def test_a_verdict_of_staying_changes_nothing_and_keeps_what_it_says() -> None:
    found = judged("nginx")
    assert found is not None
    kept = found.staying("kept", "by a comment", "comment")
    assert (kept.outcome, kept.message, kept.rule) == ("kept", "by a comment", "comment")
    assert (kept.before, kept.after, kept.changes) == ("nginx", "nginx", ())
    assert found.staying("refused", "shared").rule == found.rule != ""
