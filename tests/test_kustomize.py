"""What kustomize's annotations say of an object, and which of them a config may ask a generator for."""

from __future__ import annotations

import pytest

from transformer.config import Config, PullSecret
from transformer.kustomize import (
    Renamed,
    coming_from,
    former_names,
    is_hashed_later,
    lets_follow,
    meant,
    ordering_hashes,
    origins,
    renamed,
    without_orders,
)
from transformer.nodes import compose
from transformer.resources import Resource, as_resource

HASH, BEHAVIOR = ("kustomize.config.k8s.io/needs-hash", "true"), ("kustomize.config.k8s.io/behavior", "merge")
OWN = ("team", "shop")
FORMER = "internal.config.kubernetes.io/previousNames"


def resource(metadata: str) -> Resource:
    node = compose(f"apiVersion: v1\nkind: Secret\nmetadata: {metadata}\n")
    found = as_resource(node) if node is not None else None
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("metadata", "names"),
    [
        ("{name: x}", []),
        ("null", []),
        ("{name: x, annotations: null}", []),
        (f"{{name: x, annotations: {{{FORMER}: ''}}}}", []),
        (f"{{name: x, annotations: {{{FORMER}: [a]}}}}", []),
        (f"{{name: x, annotations: {{{FORMER}: a}}}}", ["a"]),
        (f"{{name: p-x, annotations: {{{FORMER}: 'x,x,q-x'}}}}", ["x", "q-x"]),
        (f"{{name: x, annotations: {{{FORMER}: 'x,x'}}}}", []),
    ],
)
def test_former_names(metadata: str, names: list[str]) -> None:
    assert former_names(resource(metadata)) == names


PREFIXES, SUFFIXES = "internal.config.kubernetes.io/prefixes", "internal.config.kubernetes.io/suffixes"


def affixed(before: str = "", behind: str = "") -> Resource:
    return resource(f"{{name: x, annotations: {{{PREFIXES}: '{before}', {SUFFIXES}: '{behind}'}}}}")


def test_renamed() -> None:
    assert renamed(affixed("a-,b-", "-c")) == Renamed("x", (["a-", "b-"], ["-c"]))
    assert renamed(resource("{name: x}")) == Renamed("x", ([], []))


# The affixes of objects of one former name, those of who refers to it, and which of them is meant.
MEANT: dict[str, tuple[list[tuple[str, str]], tuple[str, str], int | None]] = {
    "nothing": ([], ("", ""), None),
    "the only one, whatever it has": ([("a-", "")], ("b-", "-c"), 0),
    "the one with the same prefix": ([("a-", ""), ("b-", "")], ("b-", ""), 1),
    "the one with the same suffix": ([("", "-a"), ("", "-b")], ("", "-b"), 1),
    "the one with the same prefixes": ([("a-,x-", ""), ("b-,x-", "")], ("b-,x-", ""), 1),
    "the one with the same end of prefixes": ([("a-", ""), ("b-", "")], ("x-,b-", ""), 1),
    "none of another end of prefixes": ([("a-,x-", ""), ("b-,x-", "")], ("b-", ""), None),
    "none of other prefixes": ([("a-", ""), ("b-", "")], ("c-", ""), None),
    "the only one without any": ([("a-", ""), ("", "")], ("c-", ""), 1),
    "the one without any, to one without": ([("a-", ""), ("", "")], ("", ""), 1),
    "none of several, to one without": ([("a-", ""), ("b-", "")], ("", ""), None),
    "one whose suffix is another": ([("a-", "-x"), ("a-", "-y")], ("a-", "-y"), 1),
    "one of several alike": ([("a-", ""), ("a-", "")], ("a-", ""), 0),
}


@pytest.mark.parametrize(("candidates", "own", "expected"), MEANT.values(), ids=MEANT)
def test_meant(candidates: list[tuple[str, str]], own: tuple[str, str], expected: int | None) -> None:
    named = [renamed(affixed(*each))._replace(name=str(index)) for index, each in enumerate(candidates)]
    found = meant(named, affixed(*own))
    assert found == (None if expected is None else named[expected])


@pytest.mark.parametrize(
    ("kind", "follows"),
    [("Deployment", True), ("ServiceAccount", True), ("ReplicationController", False), ("X", False)],
)
def test_lets_follow(kind: str, follows: bool) -> None:
    referrer = resource("{name: x}")._replace(kind=kind)
    assert lets_follow(referrer) == follows
    assert not lets_follow(referrer._replace(is_inner=True))


def test_is_hashed_later() -> None:
    later = "{name: x, annotations: {internal.config.kubernetes.io/needsHashSuffix: enabled}}"
    assert is_hashed_later(resource(later))
    assert not is_hashed_later(resource("{name: x}"))


def once(first: str, now: str = "") -> Resource:
    """Return an object that was in one namespace at first, and is in another."""
    return resource(f"{{name: x, namespace: {now or first}, annotations: {{{FORMER[:-1]}spaces: '{first}'}}}}")


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([], {}),
        ([resource("{name: x}"), resource("{name: x, namespace: shop}")], {}),
        ([once("default", "shop")], {"shop": "default"}),
        ([once("dev,test", "shop"), once("default", "shop")], {"shop": "dev"}),
        ([once("default", "shop"), resource("{name: x, namespace: shop}")], {}),
        ([once("default", "shop"), once("shop", "mail")], {"mail": "shop"}),
    ],
)
def test_origins(objects: list[Resource], expected: dict[str, str]) -> None:
    assert origins(objects) == expected


MADE = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: pull\n  namespace: shop\n"
HISTORY = f"    {FORMER}: pull\n    {FORMER[:-1]}spaces: dev\n    {FORMER.replace('Names', 'Kinds')}: Secret\n"


FLOW = f"{FORMER.replace('Names', 'Kinds')}: Secret, {FORMER[:-1]}spaces: dev, {FORMER}: pull"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (MADE, f"{MADE}  annotations:\n{HISTORY}"),
        (f"{MADE}  annotations:\n    team: web  # ours\n", f"{MADE}  annotations:\n    team: web  # ours\n{HISTORY}"),
        (f"{MADE}  annotations: {{{BEHAVIOR[0]}: replace}}\n", f"{MADE}  annotations: {{{BEHAVIOR[0]}: replace}}\n"),
        (f"{MADE}  annotations: [x]\n", f"{MADE}  annotations: [x]\n"),
        (f"{MADE}  annotations: null\n", f"{MADE}  annotations: {{{FLOW}}}\n"),
        (f"{MADE}  annotations: {{{BEHAVIOR[0]}: merge}}\n", f"{MADE}  annotations: {{{BEHAVIOR[0]}: merge}}\n"),
        (f"# a\n{MADE.replace('shop', 'mail')}", f"# a\n{MADE.replace('shop', 'mail')}"),
        (f"{MADE}---\nx: 1\n", f"{MADE}  annotations:\n{HISTORY}---\nx: 1\n"),
    ],
)
def test_coming_from(text: str, expected: str) -> None:
    assert coming_from({"shop": "dev"}, text) == expected


def config(hashed: str, *annotations: tuple[str, str]) -> Config:
    return Config(pull_secrets=(PullSecret("x", ("r",), hashed=hashed, annotations=annotations),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "generator", "others"),
    [
        (config(""), config(""), config("")),
        (config("kustomize"), config("", HASH), config("kustomize")),
        (config("kubectl"), config("kubectl"), config("kubectl")),
        (config("kustomize", OWN, HASH), config("", OWN, HASH), config("kustomize", OWN)),
        (config("", BEHAVIOR, OWN), config("", BEHAVIOR, OWN), config("", OWN)),
    ],
)
def test_orders_are_for_a_generator_alone(before: Config, generator: Config, others: Config) -> None:
    assert (ordering_hashes(before), without_orders(before)) == (generator, others)
