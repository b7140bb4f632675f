"""An image is read in the shape in which it is spelled, and respelled in that shape it says the new reference."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirroring import HUB, NESTED, Mirrors, config, override

from transformer.config import Config
from transformer.edits import apply
from transformer.mirrors import decider
from transformer.node_edits import replace_scalar
from transformer.nodes import Mapping, Scalar, compose, is_flow, own, text_of
from transformer.reference import Reference, parse
from transformer.spellings import Misfit, Part, parts, respelled, spelled

A = f"sha256:{'a' * 64}"
B = f"sha256:{'b' * 64}"
SIBLINGS = (("registry", "host"), ("tag", "version"), ("digest", "sum"))


def image_in(text: str, siblings: tuple[tuple[str, str], ...] = SIBLINGS) -> tuple[Part, ...]:
    """Return the parts of what stands under `image` in a mapping."""
    root = compose(text)
    assert isinstance(root, Mapping)
    value = own(root, "image")
    assert value is not None
    return parts(value, root, siblings)


# What stands under `image`, its parts, and what they say together.
SPELLED: dict[str, tuple[str, str, str]] = {
    # A text.
    "a text": ("nginx:1", "repository=nginx:1", "nginx:1"),
    "a text, quoted": ("'nginx:1'", "repository=nginx:1", "nginx:1"),
    "a text behind oci://": ("oci://quay.io/app:1", "repository=quay.io/app:1", "quay.io/app:1"),
    "a text behind docker://": ("docker://quay.io/app", "repository=quay.io/app", "quay.io/app"),
    "a number": ("12", "repository=12", "12"),
    "a tag beside it": ("quay.io/app, version: v1", "repository=quay.io/app tag=v1", "quay.io/app:v1"),
    "a number beside it": ("quay.io/app, version: 8.10", "repository=quay.io/app tag=8.10", "quay.io/app:8.10"),
    "an empty tag beside it": ('quay.io/app, version: ""', "repository=quay.io/app", "quay.io/app"),
    "a null tag beside it": ("quay.io/app, version: ~", "repository=quay.io/app", "quay.io/app"),
    "a registry beside it": ("org/app:1, host: quay.io", "registry=quay.io repository=org/app:1", "quay.io/org/app:1"),
    "a digest beside it": (f"quay.io/app, sum: '{A}'", f"repository=quay.io/app digest={A}", f"quay.io/app@{A}"),
    "hexadecimal digits beside it": (
        f"quay.io/app, version: v1, sum: {'a' * 64}",
        f"repository=quay.io/app tag=v1 digest={'a' * 64}",
        f"quay.io/app:v1@{A}",
    ),
    "a tag in it, and another beside it": ("quay.io/app:1, version: v2", "repository=quay.io/app:1", "quay.io/app:1"),
    "a digest in it, and a tag beside it": (
        f"'quay.io/app@{A}', version: v2",
        f"repository=quay.io/app@{A}",
        f"quay.io/app@{A}",
    ),
    "a port, and a tag beside it": ("host:80/app, version: v2", "repository=host:80/app tag=v2", "host:80/app:v2"),
    # An object.
    "registry, repository, tag": (
        "{registry: quay.io, repository: org/app, tag: v1}",
        "registry=quay.io repository=org/app tag=v1",
        "quay.io/org/app:v1",
    ),
    "parts in another order": (
        "{tag: v1, repository: org/app, registry: quay.io}",
        "registry=quay.io repository=org/app tag=v1",
        "quay.io/org/app:v1",
    ),
    "repository, tag": ("{repository: quay.io/app, tag: v1}", "repository=quay.io/app tag=v1", "quay.io/app:v1"),
    "repository alone": ("{repository: quay.io/app}", "repository=quay.io/app", "quay.io/app"),
    "repository, name, tag": (
        "{repository: quay.io/org, name: app, tag: v1}",
        "repository=quay.io/org name=app tag=v1",
        "quay.io/org/app:v1",
    ),
    "repository, image, version": (
        "{repository: quay.io/org, image: app, version: v1}",
        "repository=quay.io/org name=app tag=v1",
        "quay.io/org/app:v1",
    ),
    "registry, image, tag, digest": (
        f"{{registry: quay.io, image: app, tag: v1, digest: '{A}'}}",
        f"registry=quay.io name=app tag=v1 digest={A}",
        f"quay.io/app:v1@{A}",
    ),
    "registry, repository, name": (
        "{registry: quay.io, repository: org, name: app}",
        "registry=quay.io repository=org name=app",
        "quay.io/org/app",
    ),
    "name, tag": ("{name: quay.io/app, tag: v1}", "name=quay.io/app tag=v1", "quay.io/app:v1"),
    "reference": ("{reference: 'quay.io/app:v1', pullPolicy: Always}", "repository=quay.io/app:v1", "quay.io/app:v1"),
    "reference behind a scheme": ("{ref: 'oci://quay.io/app'}", "repository=quay.io/app", "quay.io/app"),
    "imageRegistry, imageRepository, imageTag": (
        "{imageRegistry: quay.io, imageRepository: app, imageTag: v1}",
        "registry=quay.io repository=app tag=v1",
        "quay.io/app:v1",
    ),
    "the surer key of two": ("{repo: a, repository: quay.io/app}", "repository=quay.io/app", "quay.io/app"),
    "the key that says something": ('{repository: "", repo: quay.io/app}', "repository=quay.io/app", "quay.io/app"),
    "of equal keys the last": ("{repository: a, repository: b}", "repository=b", "b"),
    "a tag that is a number": ("{repository: app, tag: 8.10}", "repository=app tag=8.10", "app:8.10"),
    "a tag that is a digest": (f"{{repository: app, tag: '{A}'}}", f"repository=app tag={A}", f"app@{A}"),
    "a tag with a digest": (f"{{repository: app, tag: 'v1@{A}'}}", f"repository=app tag=v1@{A}", f"app:v1@{A}"),
    "a digest without its algorithm": (
        f"{{repository: app, sha: {'a' * 64}}}",
        f"repository=app digest={'a' * 64}",
        f"app@{A}",
    ),
    "a tag in the repository, and another": ("{repository: 'app:v1', tag: v2}", "repository=app:v1", "app:v1"),
    "a digest in the name, and a tag": (
        f"{{registry: quay.io, name: 'app@{A}', tag: v2}}",
        f"registry=quay.io name=app@{A}",
        f"quay.io/app@{A}",
    ),
    "a port in the registry": (
        "{registry: 'host:80', repository: app, tag: v1}",
        "registry=host:80 repository=app tag=v1",
        "host:80/app:v1",
    ),
    "a port in the repository": (
        "{repository: 'host:80/app', tag: v1}",
        "repository=host:80/app tag=v1",
        "host:80/app:v1",
    ),
    "a repository that is a registry with a port": (
        "{repository: 'host:80', image: app, tag: v1}",
        "repository=host:80 name=app tag=v1",
        "host:80/app:v1",
    ),
    "an empty registry": ('{registry: "", repository: app, tag: v1}', "repository=app tag=v1", "app:v1"),
    "a null registry": ("{registry: null, repository: app, tag: v1}", "repository=app tag=v1", "app:v1"),
    "a null registry, with a tilde": ("{registry: ~, repository: app}", "repository=app", "app"),
    "a null tag": ("{repository: app, tag: null}", "repository=app", "app"),
    "a null digest": ("{repository: app, tag: v1, digest: ~}", "repository=app tag=v1", "app:v1"),
    "a registry with a path": (
        "{registry: quay.io/org, repository: app}",
        "registry=quay.io/org repository=app",
        "quay.io/org/app",
    ),
    "slashes between": ("{registry: quay.io/, repository: /app}", "registry=quay.io/ repository=/app", "quay.io/app"),
    "by aliases": (
        "{repository: *r, tag: *t}, r: &r quay.io/app, t: &t v1",
        "repository=quay.io/app tag=v1",
        "quay.io/app:v1",
    ),
    "by a merge key": ("{<<: {repository: quay.io/app}, tag: v1}", "repository=quay.io/app tag=v1", "quay.io/app:v1"),
}

NO_IMAGES = {
    "nothing": "",
    "null": "null",
    "a tilde": "~",
    "a list": "[nginx]",
    "an empty object": "{}",
    "no repository": "{registry: quay.io, tag: v1}",
    "an empty repository": '{repository: "", tag: v1}',
    "a null repository": "{repository: ~, tag: v1}",
    "a repository that is an object": "{repository: {name: app}}",
}


def in_mapping(image: str) -> str:
    """Return a mapping with the image, and anchors before their aliases."""
    image, _, anchors = image.partition(", r: ")
    return f"{{r: {anchors}, image: {image}}}" if anchors else f"{{image: {image}}}"


@pytest.mark.parametrize(("image", "roles", "reference"), SPELLED.values(), ids=SPELLED)
def test_an_image_is_read_in_its_shape(image: str, roles: str, reference: str) -> None:
    found = image_in(in_mapping(image))
    assert " ".join(f"{part.role}={part.text}" for part in found) == roles
    assert spelled(found) == reference
    assert all(any(child is part.node for child in part.holder.children) for part in found)


@pytest.mark.parametrize("image", NO_IMAGES.values(), ids=NO_IMAGES)
def test_what_is_spelled_like_no_image_has_no_parts(image: str) -> None:
    assert image_in(f"image: {image}") == ()


def test_only_the_siblings_that_are_named_are_parts() -> None:
    text = "{image: app, version: v1, tag: v2, host: quay.io}"
    assert spelled(image_in(text, ())) == "app"
    assert spelled(image_in(text, (("tag", "tag"),))) == "app:v2"


def test_a_scheme_is_no_part_of_the_reference() -> None:
    (part,) = image_in("image: oci://quay.io/app")
    assert (part.scheme, part.text, text_of(part.node)) == ("oci://", "quay.io/app", "oci://quay.io/app")
    (part,) = image_in("image: https://quay.io/app")
    assert (part.scheme, part.text) == ("", "https://quay.io/app")


# Respelling.

QUAY = {"quay.io": "h.example:80/q"}
BOTH = {**HUB, **QUAY}
RETAGGED = config({}, images=[override("quay.io/app", tag="2.10")])
PINNED = config({}, images=[override("quay.io/app", digest=B)])
RENAMED = config({}, images=[override("quay.io/app", to="h.example/x/new")])
NEW = config({}, images=[override("quay.io/app", to="h.example/x/new", tag="v2")])


def decided(image: tuple[Part, ...], by: Config) -> tuple[Reference, Reference]:
    before = parse(spelled(image))
    after = decider(by)(spelled(image)).reference
    assert after is not None
    return before, after


def rewritten(text: str, by: Config) -> str:
    """Return the mapping `text` with the image under `image` respelled, and see that it then says what was decided."""
    image = image_in(text)
    before, after = decided(image, by)
    edits = []
    for part, said in respelled(image, before, after):
        assert isinstance(part.node, Scalar)
        assert said != text_of(part.node)
        edits.append(replace_scalar(text, part.node, said, flow=is_flow(part.holder)))
    output = apply(text, edits)
    assert str(parse(spelled(image_in(output)))) == str(after)
    return output


# A mapping, a config, and the mapping afterwards.
RESPELLED: dict[str, tuple[str, Config, str]] = {
    "a text": ("image: nginx:1", config(HUB), "image: h.example/hub/library/nginx:1"),
    "a text behind oci://": ("image: oci://quay.io/app:1", config(QUAY), "image: oci://h.example:80/q/app:1"),
    "a text behind docker://": ("image: docker://nginx", config(HUB), "image: docker://h.example/hub/library/nginx"),
    "a text, a new tag": ("image: quay.io/app:1", RETAGGED, "image: quay.io/app:2.10"),
    "a text, a first tag": ("image: quay.io/app", RETAGGED, "image: quay.io/app:2.10"),
    "a text, a new digest": ("image: quay.io/app:1", PINNED, f"image: quay.io/app@{B}"),
    "a text, a new name": ("image: quay.io/app:1", RENAMED, "image: h.example/x/new:1"),
    "a text, a new name and tag": ("image: quay.io/app:1", NEW, "image: h.example/x/new:v2"),
    "a text, a new name that is no registry's": (
        "image: quay.io/app:1",
        config({}, images=[override("quay.io/app", to="my_registry.local/app")]),
        "image: my_registry.local/app:1",
    ),
    "a tag beside it": (
        "image: quay.io/app\nversion: v1",
        config(QUAY),
        "image: h.example:80/q/app\nversion: v1",
    ),
    "a tag beside it, a new tag": ("image: quay.io/app\nversion: v1", RETAGGED, 'image: quay.io/app\nversion: "2.10"'),
    "a registry beside it": (
        "image: org/app:1\nhost: quay.io",
        config({"quay.io": "h.example"}),
        "image: org/app:1\nhost: h.example",
    ),
    "a registry beside it, more of a name": (
        "image: org/app:1\nhost: quay.io",
        config(QUAY),
        "image: q/org/app:1\nhost: h.example:80",
    ),
    "a digest beside it": (
        f"image: quay.io/app\nsum: {A}",
        config(QUAY),
        f"image: h.example:80/q/app\nsum: {A}",
    ),
    "registry, repository, tag": (
        "image: {registry: docker.io, repository: nginx, tag: 1}",
        config(HUB),
        "image: {registry: h.example, repository: hub/library/nginx, tag: 1}",
    ),
    "registry, repository, no path before them": (
        "image: {registry: quay.io, repository: app}",
        config({"quay.io": "h.example"}),
        "image: {registry: h.example, repository: app}",
    ),
    "an empty registry": (
        'image: {registry: "", repository: nginx}',
        config(HUB),
        'image: {registry: "", repository: h.example/hub/library/nginx}',
    ),
    "a registry with a path": (
        "image: {registry: quay.io/org, repository: app}",
        config(QUAY),
        'image: {registry: "h.example:80/q/org", repository: app}',
    ),
    "a registry with a path, another name": (
        "image: {registry: docker.io/bitnami, repository: redis}",
        config({"docker.io/bitnami/redis": "h.example/cache/new"}),
        "image: {registry: h.example/cache, repository: new}",
    ),
    "a tag in the repository": (
        "image: {registry: docker.io, repository: 'nginx:1'}",
        config(HUB),
        "image: {registry: h.example, repository: 'hub/library/nginx:1'}",
    ),
    "a tag in the name": (
        "image: {repository: quay.io/org, name: 'app:1'}",
        config({"quay.io": "h.example/q"}),
        "image: {repository: h.example/q/org, name: 'app:1'}",
    ),
    "a digest in the name": (
        f"image: {{registry: quay.io, name: 'app@{A}'}}",
        config({"quay.io": "h.example/q"}),
        f"image: {{registry: h.example, name: 'q/app@{A}'}}",
    ),
    "a tag in the repository, a new tag": (
        "image: {registry: quay.io, repository: 'app:1'}",
        RETAGGED,
        "image: {registry: quay.io, repository: 'app:2.10'}",
    ),
    "repository, name": (
        "image: {repository: quay.io/org, name: app, tag: v1}",
        config({"quay.io": "h.example/q"}),
        "image: {repository: h.example/q/org, name: app, tag: v1}",
    ),
    "registry, repository, name": (
        "image: {registry: quay.io, repository: org, name: app}",
        config({"quay.io": "h.example/q"}),
        "image: {registry: h.example/q, repository: org, name: app}",
    ),
    "a new tag": (
        "image: {repository: quay.io/app, tag: 2.1}",
        RETAGGED,
        'image: {repository: quay.io/app, tag: "2.10"}',
    ),
    "a first tag, by the repository": (
        "image: {repository: quay.io/app, pullPolicy: Always}",
        RETAGGED,
        'image: {repository: "quay.io/app:2.10", pullPolicy: Always}',
    ),
    "a new tag for a digest under tag": (
        f"image: {{repository: quay.io/app, tag: '{A}'}}",
        RETAGGED,
        "image: {repository: quay.io/app, tag: '2.10'}",
    ),
    "a new tag for one with a digest": (
        f"image: {{repository: quay.io/app, tag: 'v1@{A}'}}",
        RETAGGED,
        "image: {repository: quay.io/app, tag: '2.10'}",
    ),
    "a new name and tag": (
        "image: {registry: quay.io, repository: app, tag: v1}",
        NEW,
        "image: {registry: h.example, repository: x/new, tag: v2}",
    ),
    "a new name, the digest stays": (
        f"image: {{registry: quay.io, repository: app, tag: v1, digest: '{A}'}}",
        RENAMED,
        f"image: {{registry: h.example, repository: x/new, tag: v1, digest: '{A}'}}",
    ),
}


@pytest.mark.parametrize(("text", "by", "expected"), RESPELLED.values(), ids=RESPELLED)
def test_an_image_is_respelled_in_its_shape(text: str, by: Config, expected: str) -> None:
    assert rewritten(text, by) == expected


NO_PLACE_FOR_TAG = "tag and digest stand in fields of their own, which have no place for :2.10"

MISFITS = {
    "a new digest beside a tag": (
        "image: {repository: quay.io/app, tag: v1}",
        PINNED,
        f"tag and digest stand in fields of their own, which have no place for @{B}",
    ),
    "a new tag beside a digest": (
        f"image: {{repository: quay.io/app, digest: '{A}'}}",
        RETAGGED,
        NO_PLACE_FOR_TAG,
    ),
    "a new tag beside tag and digest": (
        f"image: {{repository: quay.io/app, tag: v1, digest: '{A}'}}",
        RETAGGED,
        NO_PLACE_FOR_TAG,
    ),
    "a new tag, and no field for it": ("image: {registry: quay.io, repository: app}", RETAGGED, NO_PLACE_FOR_TAG),
    "three fields for another name": (
        "image: {registry: quay.io, repository: org, name: app}",
        config({"quay.io/org/app": "h.example/x/new"}),
        "its name stands in 3 fields, among which h.example/x/new cannot be divided",
    ),
}


@pytest.mark.parametrize(("text", "by", "reason"), MISFITS.values(), ids=MISFITS)
def test_a_reference_that_does_not_fit_the_shape_is_a_misfit(text: str, by: Config, reason: str) -> None:
    image = image_in(text)
    with pytest.raises(Misfit) as caught:
        list(respelled(image, *decided(image, by)))
    assert str(caught.value) == reason


# Shapes for a registry, the path above, the last part of a name, and a suffix: with a place for whatever a mirror says.
SHAPES = (
    "image: '{registry}/{above}/{last}{suffix}'",
    "image: 'oci://{registry}/{above}/{last}{suffix}'",
    "image: '{above}/{last}{suffix}'\nhost: '{registry}'",
    "image: {{repository: '{registry}/{above}/{last}', tag: '{tag}', digest: '{digest}'}}",
    "image: {{repository: '{registry}/{above}/{last}{suffix}'}}",
    "image: {{repository: '{registry}/{above}', name: '{last}', tag: '{tag}', digest: '{digest}'}}",
    "image: {{repository: '{registry}/{above}', name: '{last}{suffix}'}}",
    "image: {{registry: '{registry}', repository: '{above}/{last}', tag: '{tag}', digest: '{digest}'}}",
    "image: {{registry: '{registry}', repository: '{above}/{last}{suffix}'}}",
    "image: {{registry: '{registry}/{above}', image: '{last}', version: '{tag}', sha: '{digest}'}}",
    "image: {{registry: '{registry}/{above}/', image: '{last}{suffix}'}}",
)
MIRRORS: tuple[Mirrors, ...] = (
    NESTED,
    {"quay.io:443": "h.example"},
    {"*": "localhost:5000/deep/er"},
    {"docker.io/bitnami/redis": "h.example/r"},
    {"*": "{{ domain | replace(':', '-') }}.h.example/{{ path | replace('/', '-') }}"},
)


@given(
    st.sampled_from(SHAPES),
    st.sampled_from(MIRRORS),
    st.sampled_from(["docker.io", "quay.io:443", "ghcr.io"]),
    st.sampled_from(["bitnami", "a/b", "library"]),
    st.sampled_from(["redis", "nginx", "b"]),
    st.sampled_from(list(product(["", "8.10", "v1"], ["", A]))),
)
def test_what_is_respelled_by_a_mirror_says_the_new_reference(
    shape: str, mirrors: Mirrors, registry: str, above: str, last: str, tag_and_digest: tuple[str, str]
) -> None:
    tag, digest = tag_and_digest
    suffix = (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    text = shape.format(registry=registry, above=above, last=last, suffix=suffix, tag=tag, digest=digest)
    assert str(parse(spelled(image_in(text)))) == f"{registry}/{above}/{last}{suffix}"
    output = rewritten(text, config(mirrors))
    assert rewritten(output, config(mirrors)) == output
