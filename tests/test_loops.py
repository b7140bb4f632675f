"""A config whose mirrors would not come to rest is known, with the way of a reference and both rules."""

from __future__ import annotations

import re

import pytest
from mirroring import HUB, NESTED, WILD, config, override

from transformer.config import Config
from transformer.loops import loops

LOOPS = {
    "into itself": (config({"docker.io": "docker.io/mirror"}), {"spec.mirrors[0]": "spec.mirrors[0] (docker.io)"}),
    "into itself, below": (config({"quay.io/a": "quay.io/a/b"}), {"spec.mirrors[0]": "spec.mirrors[0] (quay.io/a)"}),
    "into itself, below one organization only": (
        # docker.io/library/library/x/y -> docker.io/library/x/y -> docker.io/x/y
        config({"docker.io/library": "docker.io"}),
        {"spec.mirrors[0]": "spec.mirrors[0] (docker.io/library)"},
    ),
    "two rules": (
        config({"docker.io": "quay.io/hub", "quay.io": "docker.io/quay"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (quay.io)", "spec.mirrors[1]": "spec.mirrors[0] (docker.io)"},
    ),
    "a chain": (
        config({"docker.io": "a.example/hub", "a.example": "b.example"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (a.example)"},
    ),
    "a chain below the target": (
        config({"docker.io": "a.example/hub", "a.example/hub/team": "b.example"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (a.example/hub/team)"},
    ),
    "a chain two levels below": (
        config({"docker.io": "a.example", "a.example/x/y": "b.example"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (a.example/x/y)"},
    ),
    "a chain above the target": (
        config({"docker.io": "a.example/x/y", "a.example/x": "b.example"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (a.example/x)"},
    ),
    "a chain through official images": (
        config({"quay.io": "docker.io", "docker.io/library": "h.example"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (docker.io/library)"},
    ),
    "a chain through one official image": (
        config({"quay.io": "docker.io", "docker.io/library/nginx": "h.example/nginx"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (docker.io/library/nginx)"},
    ),
    "a chain that ends in an error": (
        config({"docker.io": "a.example/hub", "a.example": "b.example/{{ path }}_"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (a.example)"},
    ),
    "a chain in another case": (
        config({"docker.io": "A.example/hub", "a.EXAMPLE/hub/x": "b.example"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (a.EXAMPLE/hub/x)"},
    ),
    "a template into itself": (
        config({"quay.io": "quay.io/{{ name }}"}),
        {"spec.mirrors[0]": "spec.mirrors[0] (quay.io)"},
    ),
    "a template, by the domain": (
        config({"*": "a.example/{{ domain }}", "a.example/quay.io/team": "b.example"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (a.example/quay.io/team)"},
    ),
    "a template, by the path": (
        config({"quay.io/team": "a.example/{{ path }}", "a.example/team/app": "b.example"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (a.example/team/app)"},
    ),
    "a template, by the tail": (
        config({"quay.io": "a.example/x-{{ path.split('/')[0] }}/{{ path }}", "a.example": "b.example"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (a.example)"},
    ),
    "a template that grows": (
        config({"*.example": "{{ domain }}.mirror.example/{{ path }}"}),
        {"spec.mirrors[0]": "spec.mirrors[0] (*.example)"},
    ),
    "a wildcard into itself": (
        config({"*.example": "h.example/all"}),
        {"spec.mirrors[0]": "spec.mirrors[0] (*.example)"},
    ),
    "a wildcard into itself by template": (
        config({"*.example": "h.example/{{ name }}"}),
        {"spec.mirrors[0]": "spec.mirrors[0] (*.example)"},
    ),
    "into a wildcard": (
        config({"docker.io": "h.example/hub", "*.example": "b.other"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (*.example)"},
    ),
    "into the path of a wildcard": (
        config({"docker.io": "h.example", "*.example/team": "b.other"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (*.example/team)"},
    ),
    "from the catch-all": (
        config({"*": "h.example/all", "h.example/all/x": "b.other"}),
        {"spec.mirrors[0]": "spec.mirrors[1] (h.example/all/x)"},
    ),
    "image to image": (
        config({}, images=[override("a", to="b.example/b"), override("b.example/b", to="c.example/c")]),
        {"spec.images[0]": "spec.images[1] (b.example/b)"},
    ),
    "image to image and back": (
        config({}, images=[override("a", to="b"), override("b", to="a")]),
        {"spec.images[0]": "spec.images[1] (b)", "spec.images[1]": "spec.images[0] (a)"},
    ),
    "image to mirror": (
        config(HUB, images=[override("quay.io/a", to="docker.io/a/a")]),
        {"spec.images[0]": "spec.mirrors[0] (docker.io)"},
    ),
    "mirror to image": (
        config(HUB, images=[override("h.example/hub/library/redis", tag="7")]),
        {"spec.mirrors[0]": "spec.images[0] (h.example/hub/library/redis)"},
    ),
    "mirror to image on the hub": (
        config({"quay.io": "docker.io"}, images=[override("redis", tag="7")]),
        {"spec.mirrors[0]": "spec.images[0] (redis)"},
    ),
    "image to mirror to image": (
        config(HUB, images=[override("redis", tag="6"), override("h.example/hub/library/redis", tag="7")]),
        {"spec.images[0]": "spec.images[1] (h.example/hub/library/redis)"},
    ),
}


@pytest.mark.parametrize(("given", "expected"), LOOPS.values(), ids=LOOPS)
def test_loops_names_both_rules(given: Config, expected: dict[str, str]) -> None:
    found = dict(loops(given))
    assert {
        path: re.findall(r", and in a second run (.*\)) (?:would|has) ", message) for path, message in found.items()
    } == {path: [second] for path, second in expected.items()}
    assert all(message.startswith(f"{path} (") for path, message in found.items())


NO_LOOPS = {
    "the usual": config(NESTED),
    "catch-all and wildcards": config({**WILD, "*.gcr.io": "h.example/gcr/{{ domain }}"}),
    "the catch-all into a templated registry": config({"*": "{{ domain }}.mirror.example/{{ path }}"}),
    "a fixed point": config({"h.example/hub": "h.example/hub"}),
    "a fixed point by template": config({"h.example": "h.example/{{ path }}"}),
    "a wildcard onto one of its domains": config({"*.example": "h.example"}),
    "two sources, one of them the target": config({"docker.io": "h.example/x", "h.example/x": "h.example/x"}),
    "keep in between": config({"docker.io": "docker.io/mirror"}, keep=["docker.io/mirror"]),
    "keep in between two rules": config({"docker.io": "quay.io/hub", "quay.io": "h.example/q"}, keep=["quay.io/hub"]),
    "a longer source takes what would loop": config(
        {"quay.io": "a.example", "quay.io/x": "h.example", "a.example/x": "b.example"}
    ),
    "beside the target": config({"docker.io": "h.example/hub", "h.example/hubris": "b.example"}),
    "the catch-all and its own target": config({"*": "h.example"}),
    "an override onto itself": config(HUB, images=[override("redis", to="redis", tag="7")]),
    "an override below the mirror": config(HUB, images=[override("redis", to="h.example/hub/redis")]),
    "two overrides that agree": config(
        {}, images=[override("a", to="h.example/b", tag="7"), override("h.example/b", tag="7")]
    ),
    "an override shadows a chain": config(
        HUB,
        images=[
            override("redis", to="h.example/hub/library/redis", tag="7"),
            override("h.example/hub/library/redis", tag="7"),
        ],
    ),
}


@pytest.mark.parametrize("given", NO_LOOPS.values(), ids=NO_LOOPS)
def test_loops_accepts_what_comes_to_rest(given: Config) -> None:
    assert list(loops(given)) == []


def test_loops_shows_the_way_of_a_reference() -> None:
    [(path, message)] = loops(config({"docker.io": "quay.io/hub", "quay.io": "h.example/q"}))
    assert path == "spec.mirrors[0]"
    assert message == (
        "spec.mirrors[0] (docker.io) sends docker.io/library/some-app to quay.io/hub/library/some-app, "
        "and in a second run spec.mirrors[1] (quay.io) would send that on to h.example/q/hub/library/some-app"
    )


def test_loops_shows_where_a_second_run_would_fail() -> None:
    found = dict(loops(config({"docker.io": "quay.io/hub", "quay.io": "{{ path }}"})))
    assert found["spec.mirrors[0]"] == (
        "spec.mirrors[0] (docker.io) sends docker.io/library/some-app to quay.io/hub/library/some-app, "
        "and in a second run spec.mirrors[1] (quay.io) has no valid target for quay.io/hub/library/some-app: "
        "'hub/library/some-app' begins with no registry, Kubernetes would read it as 'docker.io/hub/library/some-app'"
    )
