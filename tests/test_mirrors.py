"""What a reference becomes: tables of config, reference in, decision out, and the law that deciding twice is once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mirroring import HUB, NESTED, WILD, Mirrors, config, override

from transformer.config import Config, ImageOverride, PullSecret
from transformer.loops import loops
from transformer.mirrors import Decision, aim, decider
from transformer.reference import parse
from transformer.templates import InvalidTarget

A = "sha256:" + "a" * 64
B = "sha256:" + "b" * 64


def becomes(decision: Decision) -> str:
    """The reference a decision ends in, or the decision where it says that something is wrong."""
    return str(decision.reference) if decision.outcome in {"rewritten", "kept"} else str(decision)


PREFIXES = {
    "a familiar name": (HUB, "nginx", "h.example/hub/library/nginx"),
    "an organization": (HUB, "bitnami/redis", "h.example/hub/bitnami/redis"),
    "the full name": (HUB, "docker.io/library/nginx", "h.example/hub/library/nginx"),
    "the old name of the hub": (HUB, "index.docker.io/library/nginx", "h.example/hub/library/nginx"),
    "a tag": (HUB, "nginx:1.27", "h.example/hub/library/nginx:1.27"),
    "a digest": (HUB, f"nginx@{A}", f"h.example/hub/library/nginx@{A}"),
    "tag and digest": (HUB, f"nginx:1.27@{A}", f"h.example/hub/library/nginx:1.27@{A}"),
    "untagged stays untagged": (HUB, "nginx", "h.example/hub/library/nginx"),
    "latest stays as written": (HUB, "nginx:latest", "h.example/hub/library/nginx:latest"),
    "a slash behind the target": ({"quay.io": "h.example/q/"}, "quay.io/a/b", "h.example/q/a/b"),
    "a target that is a registry": ({"quay.io": "h.example"}, "quay.io/a/b", "h.example/a/b"),
    "a target with a port": ({"quay.io": "h.example:5000/q"}, "quay.io/a", "h.example:5000/q/a"),
    "a target on localhost": ({"quay.io": "localhost/q"}, "quay.io/a:1", "localhost/q/a:1"),
    "a target on the hub": ({"quay.io": "docker.io/mirror"}, "quay.io/a", "docker.io/mirror/a"),
    "longest source": (NESTED, "bitnami/kafka:3", "h.example/bitnami/kafka:3"),
    "longest source, exact repository": (NESTED, "bitnami/redis:7", "h.example/cache/redis:7"),
    "longest source, below a repository": (NESTED, "bitnami/redis/sentinel", "h.example/cache/redis/sentinel"),
    "component boundary of an organization": (NESTED, "bitnamilegacy/redis", "h.example/hub/bitnamilegacy/redis"),
    "component boundary of a repository": (NESTED, "bitnami/redis-cluster", "h.example/bitnami/redis-cluster"),
    "a shorter path is not covered": ({"docker.io/bitnami": "h.example/b", **HUB}, "bit/x", "h.example/hub/bit/x"),
    "exact repository alone": (NESTED, "quay.io/prometheus/node-exporter:v1", "h.example/metrics/node:v1"),
    "official images by their organization": ({"docker.io/library": "h.example/lib"}, "nginx", "h.example/lib/nginx"),
    "order of the rules is no matter": (dict(reversed(NESTED.items())), "bitnami/redis", "h.example/cache/redis"),
    "a port": ({"localhost:5000": "h.example/dev"}, "localhost:5000/app:1", "h.example/dev/app:1"),
    "an IPv6 registry": ({"[2001:db8::1]:5000": "h.example/six"}, "[2001:db8::1]:5000/app:1", "h.example/six/app:1"),
    "an IPv6 target": ({"quay.io": "[2001:db8::1]:5000/q"}, "quay.io/app:1", "[2001:db8::1]:5000/q/app:1"),
    "an upper-case domain": ({"quay.io": "h.example/q"}, "QUAY.io/app", "h.example/q/app"),
    "an upper-case source": ({"Quay.IO": "h.example/q"}, "quay.io/app", "h.example/q/app"),
    "an upper-case target": ({"quay.io": "H.example/q"}, "quay.io/app", "H.example/q/app"),
    "no registry in the grammar": (
        {"*": "h.example/x"},
        "my_registry.local/app:1",
        "h.example/x/my_registry.local/app:1",
    ),
    "subdomain": (WILD, "us.gcr.io/p/app", "h.example/gcr/p/app"),
    "subdomain, two levels": (WILD, "a.b.gcr.io/p/app", "h.example/gcr/p/app"),
    "subdomain, the longer wildcard": (WILD, "x.io/p/app", "h.example/io/p/app"),
    "subdomain, not the domain itself": (WILD, "gcr.io/p/app", "h.example/io/p/app"),
    "subdomain, no part of a label": (WILD, "mygcr.io/p/app", "h.example/io/p/app"),
    "subdomain, a domain of its own": (WILD, "eu.gcr.io/p/app", "h.example/eu/p/app"),
    "subdomain, in upper case": (WILD, "US.gcr.io/p/app", "h.example/gcr/p/app"),
    "subdomain with a path": ({"*.gcr.io/p": "h.example/p", **WILD}, "us.gcr.io/p/app", "h.example/p/app"),
    "subdomain with a path, no longer than a domain": (
        {"*.gcr.io/p": "h.example/p", "eu.gcr.io": "h.example/eu"},
        "eu.gcr.io/p/app",
        "h.example/eu/p/app",
    ),
    "subdomain with a path, longer than a domain": (
        {"*.gcr.io/pp": "h.example/p", "eu.gcr.io": "h.example/eu"},
        "eu.gcr.io/pp/app",
        "h.example/p/app",
    ),
    "subdomain with a port": ({"*.corp:5000": "h.example/c"}, "a.corp:5000/app", "h.example/c/app"),
    "catch-all": (WILD, "ghcr.example/p/app", "h.example/rest/p/app"),
    "catch-all loses to a wildcard": ({"*": "h.example/rest", "*.a": "h.example/a"}, "x.a/app", "h.example/a/app"),
    "catch-all loses to a shorter domain": (
        {"*": "h.example/rest", "a.b": "h.example/a"},
        "a.b/app",
        "h.example/a/app",
    ),
}


@pytest.mark.parametrize(("mirrors", "reference", "result"), PREFIXES.values(), ids=PREFIXES)
def test_decide_follows_the_longest_source(mirrors: Mirrors, reference: str, result: str) -> None:
    decision = decider(config(mirrors))(reference)
    assert becomes(decision) == result
    assert decision.outcome == "rewritten"


def hub(template: str) -> Mirrors:
    return {"docker.io": f"h.example/{template}"}


TEMPLATES = {
    "no path or name: a prefix": (hub("{{ domain }}"), "nginx:1", "h.example/docker.io/library/nginx:1"),
    "a prefix ending in a slash": (hub("{{ domain }}/"), "nginx:1", "h.example/docker.io/library/nginx:1"),
    "path": (hub("{{ path }}"), "nginx:1", "h.example/library/nginx:1"),
    "path before text": (hub("{{ path }}/x"), "nginx:1", "h.example/library/nginx/x:1"),
    "name": (hub("{{ name }}"), "nginx:1", "h.example/docker.io/library/nginx:1"),
    "path through a variable": (hub("{% set p = path %}{{ p }}"), "nginx", "h.example/library/nginx"),
    "path in a condition only": (hub("{% if path %}x{% endif %}"), "nginx:1", "h.example/x:1"),
    "tag and digest survive": (hub("{{ path }}"), f"a/b:1@{A}", f"h.example/a/b:1@{A}"),
    "untagged stays untagged": (hub("{{ path }}"), "a/b", "h.example/a/b"),
    "tag": (hub("{{ 'new' if tag == 'latest' else 'old' }}"), "a/b:latest", "h.example/new/a/b:latest"),
    "tag, where there is none": (hub("{{ 'any' if tag == '' else 'one' }}"), "a/b", "h.example/any/a/b"),
    "digest": (hub("{{ 'pinned' if digest else 'loose' }}"), f"a/b@{A}", f"h.example/pinned/a/b@{A}"),
    "a filter": (hub("{{ path | replace('/', '-') }}"), "a/b/c:1", "h.example/a-b-c:1"),
    "a method": (hub("{{ path.split('/')[-1] }}"), "a/b/c:1", "h.example/c:1"),
    "a comment is no variable": (hub("{# the hub's path #}x"), "nginx:1", "h.example/x/library/nginx:1"),
    "the registry from a variable": (
        {"*.gcr.io": "{{ domain | replace('.', '-') }}.h.example"},
        "eu.gcr.io/p/a:1",
        "eu-gcr-io.h.example/p/a:1",
    ),
    "a condition, first branch": (
        {"*.gcr.io": "{% if domain == 'eu.gcr.io' %}eu.example/{{ path }}{% else %}h.example/{{ name }}{% endif %}"},
        "eu.gcr.io/a:1",
        "eu.example/a:1",
    ),
    "a condition, second branch": (
        {"*.gcr.io": "{% if domain == 'eu.gcr.io' %}eu.example/{{ path }}{% else %}h.example/{{ name }}{% endif %}"},
        "us.gcr.io/a:1",
        "h.example/us.gcr.io/a:1",
    ),
    "lines and indentation around the result": (
        {"quay.io": "{% if tag %}\n  h.example/tagged\n{% else %}\n  h.example/untagged\n{% endif %}\n"},
        "quay.io/a:1",
        "h.example/tagged/a:1",
    ),
    "a wildcard's domain": (
        {"*.gcr.io": "h.example/{{ domain }}"},
        "a.b.gcr.io/p/app:1",
        "h.example/a.b.gcr.io/p/app:1",
    ),
    "an upper-case domain, lower in the path": (
        {"quay.io": "h.example/{{ domain }}/{{ name }}"},
        "QUAY.io/app",
        "h.example/quay.io/quay.io/app",
    ),
}


@pytest.mark.parametrize(("mirrors", "reference", "result"), TEMPLATES.values(), ids=TEMPLATES)
def test_decide_renders_the_target(mirrors: Mirrors, reference: str, result: str) -> None:
    assert becomes(decider(config(mirrors))(reference)) == result


KEEPS = {
    "keep alone": ({}, ["quay.io"], "quay.io/a", "kept", "spec.keep[0] (quay.io)"),
    "keep within a mirror": (HUB, ["docker.io/corp"], "corp/app:1", "kept", "spec.keep[0] (docker.io/corp)"),
    "keep, by whole components": (HUB, ["docker.io/corp"], "corporate/app", "rewritten", "spec.mirrors[0] (docker.io)"),
    "mirror within keep": (NESTED, ["quay.io"], "quay.io/prometheus/x", "kept", "spec.keep[0] (quay.io)"),
    "mirror within keep, covered": (
        {"quay.io/a": "h.example/a"},
        ["quay.io"],
        "quay.io/a/x",
        "rewritten",
        "spec.mirrors[0] (quay.io/a)",
    ),
    "keep before the catch-all": ({"*": "h.example"}, ["quay.io"], "quay.io/a", "kept", "spec.keep[0] (quay.io)"),
    "keep a wildcard": ({"*": "h.example"}, ["*.corp"], "a.corp/x", "kept", "spec.keep[0] (*.corp)"),
    "keep everything else": (HUB, ["*"], "quay.io/a", "kept", "spec.keep[0] (*)"),
    "mirrored already": (HUB, [], "h.example/hub/a", "kept", "already mirrored: spec.mirrors[0] (docker.io)"),
    "mirrored already, catch-all": (
        {"*": "h.example/all"},
        [],
        "h.example/all/quay.io/a",
        "kept",
        "already mirrored: spec.mirrors[0] (*)",
    ),
    "mirrored already, template": (
        {"*": "h.example/all/{{ name }}"},
        [],
        "h.example/all/quay.io/a",
        "kept",
        "already mirrored: spec.mirrors[0] (*)",
    ),
    "mirrored already, domain in another case": (
        {"*": "H.example/all"},
        [],
        "h.EXAMPLE/all/x",
        "kept",
        "already mirrored: spec.mirrors[0] (*)",
    ),
    "the mirror's host is not the mirror": (HUB, [], "h.example/other/a", "unmapped", ""),
    "the mirror's name is no prefix of text": (HUB, [], "h.example/hubris/a", "unmapped", ""),
    "a fixed point of its own rule": (
        {"h.example/hub": "h.example/hub"},
        [],
        "h.example/hub/a",
        "kept",
        "spec.mirrors[0] (h.example/hub)",
    ),
    "nothing covers": (HUB, [], "quay.io/a", "unmapped", ""),
    "nothing at all": ({}, [], "nginx", "unmapped", ""),
}


@pytest.mark.parametrize(("mirrors", "keep", "reference", "outcome", "rule"), KEEPS.values(), ids=KEEPS)
def test_decide_says_what_stays_and_why(
    mirrors: Mirrors, keep: list[str], reference: str, outcome: str, rule: str
) -> None:
    decision = decider(config(mirrors, keep))(reference)
    assert (decision.outcome, decision.rule) == (outcome, rule)


def test_decide_names_the_unmapped_reference_in_full() -> None:
    assert decider(config({}))("nginx:1").message == "no mirror covers docker.io/library/nginx:1"


def test_decide_has_a_hint_where_a_pull_secret_opens_the_registry() -> None:
    """Then the image may well be one that is kept there, and never mirrored."""
    opening = config(HUB)._replace(pull_secrets=(PullSecret("pull", ("h.example/team",)),))
    said = "no mirror covers h.example/other/app; if it is to stay, name it under spec.keep"
    assert decider(opening)("h.example/other/app").message == said


REDIS = "h.example/cache/redis"
OVERRIDES = {
    "newName": (override("redis", to=REDIS), "redis:6", f"{REDIS}:6"),
    "newName keeps tag and digest": (override("redis", to=REDIS), f"redis:6@{A}", f"{REDIS}:6@{A}"),
    "newTag": (override("redis", tag="7"), "redis:6", "h.example/hub/library/redis:7"),
    "newTag on an untagged reference": (override("redis", tag="7"), "redis", "h.example/hub/library/redis:7"),
    "newTag replaces a digest too": (override("redis", tag="7"), f"redis:6@{A}", "h.example/hub/library/redis:7"),
    "digest": (override("redis", digest=B), f"redis@{A}", f"h.example/hub/library/redis@{B}"),
    "digest replaces a tag too": (override("redis", digest=B), f"redis:6@{A}", f"h.example/hub/library/redis@{B}"),
    "newTag and digest": (override("redis", tag="7", digest=B), "redis:6", f"h.example/hub/library/redis:7@{B}"),
    "newName and newTag": (override("redis", to=REDIS, tag="7"), f"redis:6@{A}", f"{REDIS}:7"),
    "newName and digest": (override("redis", to=REDIS, digest=B), "redis:6", f"{REDIS}@{B}"),
    "all three": (override("redis", to=REDIS, tag="7", digest=B), f"redis:6@{A}", f"{REDIS}:7@{B}"),
    "name in full, reference familiar": (override("docker.io/library/redis", to=REDIS), "redis", REDIS),
    "name familiar, reference in full": (override("redis", to=REDIS), "index.docker.io/library/redis", REDIS),
    "name in another case": (override("Quay.io/a", to=REDIS), "quay.IO/a:1", f"{REDIS}:1"),
    "another repository": (override("redis", to=REDIS), "redis/sentinel", "h.example/hub/redis/sentinel"),
    "another name": (override("redis", to=REDIS), "bitnami/redis", "h.example/hub/bitnami/redis"),
}


@pytest.mark.parametrize(("image", "reference", "result"), OVERRIDES.values(), ids=OVERRIDES)
def test_decide_applies_an_override_first(image: ImageOverride, reference: str, result: str) -> None:
    assert becomes(decider(config(HUB, images=[image]))(reference)) == result


def test_decide_reads_a_familiar_new_name() -> None:
    decide = decider(config({}, images=[override("redis", to="valkey/valkey")]))
    assert becomes(decide("redis:6")) == "docker.io/valkey/valkey:6"


def test_decide_applies_an_override_within_keep() -> None:
    decide = decider(config({}, keep=["docker.io"], images=[override("redis", tag="7")]))
    assert becomes(decide("redis:6")) == "docker.io/library/redis:7"
    assert decide("redis:7").outcome == "kept"


def test_decide_refuses_an_override_that_its_mirror_cannot_take() -> None:
    decide = decider(config({"docker.io": "h.example/{{ path }}_"}, images=[override("redis", tag="7")]))
    assert decide("redis:6").outcome == "refused"
    assert "has no valid target for docker.io/library/redis:7" in decide("redis:6").message


def test_decide_counts_an_override_as_mirrored_and_not_what_lies_below_it() -> None:
    decide = decider(config({"*": "h.example/all"}, images=[override("redis", to="cache.example/redis")]))
    assert decide("cache.example/redis:6") == (
        "kept",
        parse("cache.example/redis:6"),
        "already mirrored: spec.images[0] (redis)",
        "",
        "",
    )
    assert becomes(decide("cache.example/redis/sentinel")) == "h.example/all/redis/sentinel"


LONG = "/".join(["component"] * 24)  # 239 characters

REFUSALS = {
    "too long": (
        {"quay.io": "h.example/eighteen-characters"},
        f"quay.io/{LONG}",
        "is no image reference: the path has 259 characters, more than 255",
    ),
    "grammar": (hub("{{ path }}_"), "a/b", "'h.example/a/b_' is no image reference: 'b_' is no path component"),
    "nothing": ({"quay.io": "{{ tag }}{{ path[:0] }}"}, "quay.io/a", "'' is no image reference: it is empty"),
    "an empty component": ({"quay.io": "h.example/{{ tag }}/{{ path }}"}, "quay.io/a", "'' is no path component"),
    "an empty tag": ({"quay.io": "h.example/{{ path }}:{{ tag }}"}, "quay.io/a", "what follows ':' is no tag"),
    "an empty domain": ({"*": "h.example/{{ domain }}/{{ path }}"}, "my_registry.local/app", "'' is no path component"),
    "a port in the path": (
        {"*": "h.example/{{ domain }}"},
        "localhost:5000/app",
        "'h.example/localhost:5000/app' is no image",
    ),
    "no registry": (
        {"quay.io": "{{ path }}"},
        "quay.io/team/app",
        "'team/app' begins with no registry, Kubernetes would read it as 'docker.io/team/app'",
    ),
    "a registry and no repository": (
        {"quay.io/app": "h.example"},
        "quay.io/app",
        "'h.example' begins with no registry, Kubernetes would read it as 'docker.io/library/h.example'",
    ),
    "a registry with a port and no repository": (
        {"quay.io/app": "localhost:5000"},
        "quay.io/app",
        "'localhost:5000' begins with no registry, Kubernetes would read it as 'docker.io/library/localhost:5000'",
    ),
    "an undefined attribute": (
        hub("{{ path.parent }}"),
        "a",
        "the template fails: 'str object' has no attribute 'parent'",
    ),
    "an element that is not there": (
        hub("{{ path.split('/')[7] }}"),
        "a",
        "the template fails: list object has no element 7",
    ),
    "a division by zero": (
        hub("{{ 1 // path.index('l') }}"),
        "a",
        "the template fails: integer division or modulo by zero",
    ),
    "a wrong type": (hub("{{ path + 1 }}"), "a", "the template fails: can only concatenate str"),
    "an unknown filter that hides": (hub("{{ path | map('nope') | list }}"), "a", "No filter named 'nope'"),
    "a filter that raises what it likes": (
        hub("{{ path | xmlattr }}"),
        "a",
        "the template fails: 'str' object has no attribute 'items'",
    ),
    "an endless recursion": (
        hub("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
        "a",
        "the template fails: maximum recursion depth",
    ),
    "an include": (hub("{% include path %}"), "a", "the template fails: no loader"),
    "an escape by attribute": (
        hub("{{ path.__class__.__mro__ }}"),
        "a",
        "the template fails: access to attribute '__class__'",
    ),
    "an escape by filter": (
        hub("{{ path | attr('__class__') }}"),
        "a",
        "the template fails: access to attribute '__class__'",
    ),
    "an escape by item": (hub("{{ path['__class__'] }}"), "a", "the template fails: access to attribute '__class__'"),
    "an escape by format": (
        hub("{{ '{0.__class__}'.format(path) }}"),
        "a",
        "the template fails: access to attribute '__class__'",
    ),
    "an escape by map": (
        hub("{{ [path] | map(attribute='__class__') | first }}"),
        "a",
        "the template fails: access to attribute '__class__'",
    ),
    "an escape by globals": (
        hub("{{ cycler.__init__.__globals__ }}"),
        "a",
        "the template fails: access to attribute '__init__'",
    ),
}


@pytest.mark.parametrize(("mirrors", "reference", "words"), REFUSALS.values(), ids=REFUSALS)
def test_decide_refuses_a_target_no_pod_could_use(mirrors: Mirrors, reference: str, words: str) -> None:
    decision = decider(config(mirrors))(reference)
    assert decision.outcome == "refused"
    assert words in decision.message
    assert decision.message.startswith(f"{decision.rule} has no valid target for {parse(reference)}: ")
    assert "\n" not in decision.message


def test_decide_takes_a_target_of_exactly_255_characters() -> None:
    reference = f"quay.io/{LONG}"
    assert decider(config({"quay.io": f"h.example/{'x' * 15}"}))(reference).outcome == "rewritten"
    assert decider(config({"quay.io": f"h.example/{'x' * 16}"}))(reference).outcome == "refused"


@pytest.mark.parametrize(
    "text", ["", "Nginx", "$(IMAGE)", "nginx:", "nginx:a b", "a" * 64, "ko://example.com/cmd", "x" * 300]
)
def test_decide_leaves_what_is_no_reference(text: str) -> None:
    decision = decider(config({"*": "h.example/all"}))(text)
    assert (decision.outcome, decision.reference) == ("invalid", None)
    assert "is no image reference" in decision.message


def test_aim_raises_where_the_target_is_no_template() -> None:
    with pytest.raises(InvalidTarget, match="no Jinja2 template: No filter named 'nope'"):
        aim("quay.io", "h.example/{{ path | nope }}", parse("quay.io/a"))


def test_decide_refuses_a_loop_that_depends_on_the_tag() -> None:
    by_tag = "{{ 'quay.io/stable' if tag == 'v1' else 'h.example/q' }}/{{ path }}"
    given = config({"docker.io": by_tag, "quay.io/stable": "h.example/s"})
    assert list(loops(given)) == []
    assert becomes(decider(given)("app:v2")) == "h.example/q/library/app:v2"
    refused = decider(given)("app:v1")
    assert (refused.outcome, refused.onward) == ("refused", "spec.mirrors[1] (quay.io/stable)")


REGISTRIES = st.sampled_from(["docker.io", "a.example", "b.example", "x.a.example"])
COMPONENTS = st.sampled_from(["t", "u", "library"])
PATHS = st.lists(COMPONENTS, max_size=3).map(lambda parts: "".join(f"/{part}" for part in parts))
NAMES = st.builds(str.__add__, REGISTRIES, PATHS)
SOURCES = NAMES | st.builds(str.__add__, st.sampled_from(["*.example", "*.a.example"]), PATHS) | st.just("*")
TEMPLATED = st.sampled_from(
    [
        "a.example/{{ domain }}",
        "a.example/t/{{ path }}",
        "b.example/{{ name }}",
        "{{ domain }}/t",
        "x.{{ domain }}",
        "a.example/{{ path.split('/')[-1] }}",
        "a.example/{{ tag or 't' }}",
        "{{ name }}",
    ]
)
TAGS = st.sampled_from(["", ":1", ":t", f"@{A}", f":1@{A}"])
# A team of its own now and then, as no rule knows it.
REFERENCES = st.builds(
    lambda registry, first, path, tag: f"{registry}/{first}{path}{tag}",
    REGISTRIES | st.just("c.other"),
    COMPONENTS | st.just("team"),
    PATHS,
    TAGS,
)
IMAGES = st.lists(
    st.builds(ImageOverride, NAMES, st.just("") | NAMES, st.sampled_from(["", "1", "2"]), st.sampled_from(["", B])),
    max_size=2,
    unique_by=lambda image: parse(image.name).name,
)


def configs(targets: st.SearchStrategy[str]) -> st.SearchStrategy[Config]:
    sources = st.dictionaries(SOURCES, targets, max_size=4)
    return st.builds(
        lambda mirrors, keep, images: config(mirrors, sorted(keep - mirrors.keys()), images),
        sources,
        st.sets(SOURCES, max_size=2),
        IMAGES,
    )


def accepted(given: Config) -> Callable[[str], Decision]:
    assume(not list(loops(given)))
    return decider(given)


@given(configs(NAMES | TEMPLATED), REFERENCES)
def test_decide_twice_is_decide_once(given: Config, reference: str) -> None:
    decide = accepted(given)
    first = decide(reference)
    if first.outcome == "refused":
        assert first.message
        return
    second = decide(str(first.reference))
    assert (second.reference, second.message if second.outcome == "refused" else "") == (first.reference, "")
    assert second.outcome in {"kept", "unmapped"}


@given(configs(NAMES | TEMPLATED), REFERENCES)
def test_decide_keeps_tag_and_digest_together(given: Config, reference: str) -> None:
    before, decision = parse(reference), accepted(given)(reference)
    assume(decision.reference is not None and "images" not in decision.rule)
    assert (decision.reference.tag, decision.reference.digest) == (before.tag, before.digest)


@given(configs(NAMES), REFERENCES)
def test_loops_finds_every_loop_of_a_config_without_templates(given: Config, reference: str) -> None:
    assert accepted(given)(reference).onward == ""
