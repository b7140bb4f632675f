"""Images in Helm values are known by how charts spell them, and are sure where they say their registry themselves."""

from __future__ import annotations

import pytest

from transformer.field_paths import Entry
from transformer.helm_values import images_in
from transformer.nodes import Mapping, Node, compose, text_of

Found = tuple[str, str, str, bool]


def label(node: Node) -> str:
    return text_of(node) or "an object"


def found(text: str, path: str = "") -> list[Found]:
    root = compose(text)
    assert isinstance(root, Mapping)
    return [
        (each.entry.path, label(each.entry.value), each.holds, each.is_sure)
        for each in images_in(Entry(root, root, path))
    ]


# Values, and the images in them: path, text, what it is, and whether it is sure.
FOUND: dict[str, tuple[str, list[Found]]] = {
    "a text": ("image: quay.io/org/app:1", [("image", "quay.io/org/app:1", "image", True)]),
    "a text without a registry": ("image: nginx:1", [("image", "nginx:1", "image", False)]),
    "a text with an organization": ("image: org/app", [("image", "org/app", "image", False)]),
    "a text, a port alone": ("image: localhost:5000/app", [("image", "localhost:5000/app", "image", True)]),
    "a text under a name that ends like it": (
        "proxy: {sidecarImage: quay.io/a}",
        [("proxy.sidecarImage", "quay.io/a", "image", True)],
    ),
    "a text behind a scheme": ("image: oci://quay.io/org/app:1", [("image", "oci://quay.io/org/app:1", "image", True)]),
    "an object behind a scheme": (
        "image: {repository: 'oci://quay.io/org/app', tag: 1}",
        [("image", "an object", "image", True)],
    ),
    "an object": ("image: {repository: quay.io/org/app, tag: 1}", [("image", "an object", "image", True)]),
    "an object without a tag": ("image: {repository: quay.io/org/app}", [("image", "an object", "image", True)]),
    "an object without a registry": ("image: {repository: org/app}", [("image", "an object", "image", False)]),
    "an object with a registry of its own": (
        "image: {registry: quay.io, repository: org/app}",
        [("image", "an object", "image", True)],
    ),
    "an object with an empty registry": (
        'image: {registry: "", repository: org/app}',
        [("image", "an object", "image", False)],
    ),
    "an object of registry and image": (
        "web: {registry: quay.io, image: org/app}",
        [("web", "an object", "image", True)],
    ),
    "an object under another name": ("web: {repository: quay.io/a, tag: 1}", [("web", "an object", "image", True)]),
    "an object under another name, with a policy": (
        "web: {repository: quay.io/a, pullPolicy: Always}",
        [("web", "an object", "image", True)],
    ),
    "an object under another name, nothing beside": ("chart: {repository: quay.io/a}", []),
    "an object under another name, other keys beside": ("chart: {repository: quay.io/a, version: 1}", []),
    "a list of texts": ("image: [quay.io/a]", []),
    "a list of objects": (
        "all: [{repository: quay.io/a, tag: 1}, {image: quay.io/b}]",
        [("all[0]", "an object", "image", True), ("all[1].image", "quay.io/b", "image", True)],
    ),
    "at the root": ("repository: quay.io/a\ntag: 1", [("", "an object", "image", True)]),
    "a registry before images": (
        "global: {imageRegistry: quay.io/mirror}",
        [("global.imageRegistry", "quay.io/mirror", "prefix", False)],
    ),
    "a registry before images, with an underscore": (
        "image_registry: a.b",
        [("image_registry", "a.b", "prefix", False)],
    ),
    "a registry alone in an image": (
        "image: {registry: quay.io, tag: v1}",
        [("image.registry", "quay.io", "prefix", False)],
    ),
    "a registry of all images": (
        "global: {image: {registry: 'quay.io:443/org'}}",
        [("global.image.registry", "quay.io:443/org", "prefix", False)],
    ),
    "a registry of all images, by its name": (
        "defaultRegistry: quay.io\ncontainerRegistry: ghcr.io/org",
        [("defaultRegistry", "quay.io", "prefix", False), ("containerRegistry", "ghcr.io/org", "prefix", False)],
    ),
    "a registry beside an empty repository": (
        'image: {registry: quay.io, repository: ""}',
        [("image.registry", "quay.io", "prefix", False)],
    ),
    "images in images' neighbors": (
        "b: {image: quay.io/b}\na: {image: quay.io/a}",
        [("b.image", "quay.io/b", "image", True), ("a.image", "quay.io/a", "image", True)],
    ),
    "nothing in an image's object": (
        "image: {repository: quay.io/a, sidecar: {image: b}}",
        [("image", "an object", "image", True)],
    ),
    "equal keys": (
        "image: quay.io/a\nimage: b",
        [("image", "quay.io/a", "image", True), ("image", "b", "image", False)],
    ),
    "an object twice, by an alias": (
        "a: &a {repository: quay.io/a, tag: 1}\nb: *a",
        [("a", "an object", "image", True)],
    ),
    "a text twice, by an alias": (
        "a: {image: &i quay.io/a}\nb: {image: *i}",
        [("a.image", "quay.io/a", "image", True), ("b.image", "quay.io/a", "image", True)],
    ),
    "a circle": ("a: &a {b: *a, image: quay.io/a}", [("a.image", "quay.io/a", "image", True)]),
    # What is named like an image and is none.
    "a registry under another name": ("dockerRegistry: quay.io", [("dockerRegistry", "quay.io", "prefix", False)]),
    "a default registry beside an image": (
        "defaultRegistry: quay.io\nimage: org/a",
        [("defaultRegistry", "quay.io", "prefix", False), ("image", "org/a", "none", False)],
    ),
    "an empty text": ('image: ""\nglobal: {imageRegistry: ""}', []),
    "nothing": ("image:\nglobal: {imageRegistry:}", []),
    "null": ("image: null\nsidecarImage: ~", []),
    "null before images": ("global: {imageRegistry: null}", []),
    "an object whose repository is null": ("image: {repository: null, tag: 1}", []),
    "an object without a repository": ("image: {tag: 1, pullPolicy: Always}", []),
    "an object with an empty repository": ('image: {repository: "", tag: 1}', []),
    "a pull policy": ("imagePullPolicy: Always\nimagePullSecrets: [{name: a}]", []),
    "a plural": ("images: nginx", []),
    "a name and a tag": ("image: {name: org/app, tag: 1}", [("image", "an object", "image", False)]),
    "a registry and a name": ("image: {registry: quay.io, name: a, tag: 1}", [("image", "an object", "image", True)]),
    "a repo": ("image: {repo: org/app, tag: 1}", [("image", "an object", "image", False)]),
    "a hub": ("global: {hub: quay.io/org}", [("global.hub", "quay.io/org", "prefix", False)]),
    "a name of something else": ("service: {name: org/app, tag: 1}", []),
    "a registry beside a name, another key than an image's": ("web: {registry: quay.io, name: app}", []),
    "a registry with a password": ("registry: quay.io\npassword: x", []),
    "a registry that is no host": ("registry: txt\ndefaultRegistry: otel", []),
    "a registry behind a scheme": ("npm: {registry: 'https://registry.npmjs.org'}", []),
    "a registry of a login": ("pull: {registry: quay.io, username: a, password: b}", []),
    "a registry of a login to fill in": ('pull: {registry: quay.io, username: "", password: ""}', []),
    "a registry of null": ("image: {registry: ~}\ndefaultRegistry:", []),
    "registries": ("registries: [quay.io]", []),
    "lower case within a word": ("myimage: nginx", []),
}


@pytest.mark.parametrize(("text", "expected"), FOUND.values(), ids=FOUND)
def test_images_in(text: str, expected: list[Found]) -> None:
    assert found(text) == expected


def test_a_tree_may_stand_at_a_path() -> None:
    assert found("a.b: {image: quay.io/a}", "spec.values") == [('spec.values["a.b"].image', "quay.io/a", "image", True)]


def test_a_registry_of_null_is_none_of_its_own() -> None:
    assert found("image: {registry: null, repository: org/app}") == [("image", "an object", "image", False)]


STAYS = "the chart puts it before nginx, which Docker Hub alone takes for library/nginx"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("imageRegistry: docker.io\nimage: nginx:1", STAYS),
        ("defaultRegistry: index.docker.io/\nimage: {repository: nginx, tag: 1}", STAYS),
        ("imageRegistry: docker.io\nimage: org/app", ""),
        ("imageRegistry: docker.io/org\nimage: nginx", ""),
        ("imageRegistry: quay.io\nimage: nginx", ""),
        ("imageRegistry: docker.io\nimage: quay.io/nginx", ""),
        ("imageRegistry: docker.io", ""),
    ],
)
def test_docker_hub_stays_before_a_single_name(text: str, expected: str) -> None:
    root = compose(text)
    assert isinstance(root, Mapping)
    [registry] = [each for each in images_in(Entry(root, root, "")) if each.holds == "prefix"]
    assert registry.why_stays == expected


# Values with a registry alone, and those of their images that it completes.
COMPLETED = {
    "at the top": ("defaultRegistry: quay.io\na: {image: org/a}\nb: {image: ghcr.io/b}", ["a.image"]),
    "in a part": ("a: {registry: quay.io, web: {image: org/a}}\nb: {image: org/b}", ["a.web.image"]),
    "in what is global": ("global: {image: {registry: quay.io}}\na: {image: org/a}", ["a.image"]),
    "in what is global to a part": (
        "a: {global: {registry: quay.io}, web: {image: org/a}}\nb: {image: org/b}",
        ["a.web.image"],
    ),
    "in an image": ("image: {registry: quay.io}\na: {image: org/a}", []),
}


@pytest.mark.parametrize(("text", "paths"), COMPLETED.values(), ids=COMPLETED)
def test_a_registry_alone_completes_the_images_around_it(text: str, paths: list[str]) -> None:
    assert [path for path, _, holds, _ in found(text) if holds == "none"] == paths


def test_the_registry_of_all_images_completes_those_without_one() -> None:
    assert found("imageRegistry: quay.io\nimage: org/app\nother: {image: ghcr.io/a}") == [
        ("imageRegistry", "quay.io", "prefix", False),
        ("image", "org/app", "none", False),
        ("other.image", "ghcr.io/a", "image", True),
    ]
