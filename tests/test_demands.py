"""Which Secrets an input demands: one for each pull secret and namespace in use, and no more in it than is used."""

from __future__ import annotations

import pytest

from transformer.config import Config, CredentialSource, External, PullSecret
from transformer.demands import Demand, demands, whole_demands
from transformer.errors import ConfigError
from transformer.findings import Finding, Outcome
from transformer.hooks import Timing
from transformer.survey import Survey

SOURCE = CredentialSource("env", "H_USER", "H_PASS")
HARBOR = PullSecret("harbor", ("h.example", "h.example/team", "*.h.example"), credentials=SOURCE, emit="Secret")
QUAY = PullSecret("quay", ("quay.io", "cdn.quay.io"), credentials=SOURCE, emit="Secret")
BY_NAME = PullSecret("by-name", ("r.example",))
NOT_EMITTED = PullSecret("not-emitted", ("r.example",), credentials=SOURCE)
CONFIG = Config(pull_secrets=(QUAY, HARBOR, BY_NAME, NOT_EMITTED))
NOTHING = Survey({}, {})


def finding(outcome: Outcome, secret: str, namespace: str = "", *keys: str) -> Finding:
    """What is found of a place that uses a pull secret, by default with its first key."""
    used = keys or next((each.registries[:1] for each in CONFIG.pull_secrets if each.name == secret), ("x.example",))
    return Finding(
        severity="info",
        outcome=outcome,
        message="",
        line=1,
        column=1,
        pull_secret=secret,
        namespace=namespace,
        keys=used,
    )


def attached(secret: str, namespace: str = "", *keys: str) -> Finding:
    return finding("attached", secret, namespace, *keys)


DEMANDS: dict[str, tuple[list[Finding], list[str]]] = {
    "nothing found": ([], []),
    "a pod gets it": ([finding("attached", "harbor", "shop")], ["shop/harbor"]),
    "a pod has it": ([finding("present", "harbor", "shop")], ["shop/harbor"]),
    "its account may have it": ([finding("account", "harbor", "shop")], ["shop/harbor"]),
    "an account switched off": ([finding("account", "", "shop")], []),
    "a pod that cannot get it": ([finding("unattached", "harbor", "shop")], []),
    "an image alone": ([finding("rewritten", "", "shop")], []),
    "an image that it opens": ([finding("opened", "harbor", "shop")], []),
    "a name that follows": ([finding("renamed", "harbor", "shop")], []),
    "a pull secret of another config": ([finding("attached", "other", "shop")], []),
    "a pod that names it, and has no image for it": ([finding("present", "harbor", "shop")._replace(keys=())], []),
    "no namespace": ([finding("attached", "harbor")], ["harbor"]),
    "once for many pods": ([finding("attached", "harbor", "shop")] * 3, ["shop/harbor"]),
    "each namespace, in order": (
        [finding("attached", "harbor", name) for name in ("shop", "", "mail")],
        ["harbor", "mail/harbor", "shop/harbor"],
    ),
    "each pull secret, in the order of the config": (
        [finding("attached", "harbor", "a"), finding("present", "quay", "b"), finding("attached", "quay", "a")],
        ["a/quay", "b/quay", "a/harbor"],
    ),
    "none without emit": ([finding("attached", "by-name", "a"), finding("attached", "not-emitted", "a")], []),
}


@pytest.mark.parametrize(("findings", "expected"), DEMANDS.values(), ids=DEMANDS)
def test_demands_one_secret_for_each_namespace_in_use(findings: list[Finding], expected: list[str]) -> None:
    assert [str(demand) for demand in demands(findings, CONFIG, NOTHING)] == expected


@pytest.mark.parametrize("emit", ["Secret", "SealedSecret", "ExternalSecret", "template"])
def test_demands_what_is_made_in_any_form(emit: str) -> None:
    secret = HARBOR._replace(emit=emit)
    found = demands([attached("harbor", "shop")], Config(pull_secrets=(secret,)), NOTHING)
    assert found == [Demand(secret, "harbor", "shop", "shop", ("h.example",))]


# What pods use, whether all is wanted, and the registries of each demand.
REGISTRIES: dict[str, tuple[list[Finding], bool, list[tuple[str, tuple[str, ...]]]]] = {
    "one key": ([attached("harbor", "shop", "h.example/team")], False, [("shop", ("h.example/team",))]),
    "what any pod uses, in the order of the config": (
        [attached("harbor", "shop", "*.h.example"), attached("harbor", "shop", "h.example")],
        False,
        [("shop", ("h.example", "*.h.example"))],
    ),
    "what pods use that have it and that get it": (
        [finding("present", "harbor", "shop", "*.h.example"), attached("harbor", "shop", "h.example")],
        False,
        [("shop", ("h.example", "*.h.example"))],
    ),
    "several of one pod": (
        [attached("harbor", "shop", "h.example/team", "h.example")],
        False,
        [("shop", ("h.example", "h.example/team"))],
    ),
    "each namespace what its own pods use": (
        [attached("harbor", "shop", "h.example"), attached("harbor", "mail", "h.example/team")],
        False,
        [("mail", ("h.example/team",)), ("shop", ("h.example",))],
    ),
    "none of what a pod cannot be given": (
        [attached("harbor", "shop", "h.example"), finding("unattached", "harbor", "shop", "*.h.example")],
        False,
        [("shop", ("h.example",))],
    ),
    "none of another pull secret": (
        [attached("harbor", "shop", "h.example"), attached("by-name", "shop", "*.h.example")],
        False,
        [("shop", ("h.example",))],
    ),
    "no key that the config does not have": (
        [attached("harbor", "shop", "h.example", "x.example")],
        False,
        [("shop", ("h.example",))],
    ),
    "all of them": (
        [attached("harbor", "shop", "h.example"), attached("harbor", "mail", "h.example/team")],
        True,
        [("mail", HARBOR.registries), ("shop", HARBOR.registries)],
    ),
}


@pytest.mark.parametrize(("findings", "is_whole", "expected"), REGISTRIES.values(), ids=REGISTRIES)
def test_demands_no_more_registries_than_are_used(
    findings: list[Finding], is_whole: bool, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    config = Config(pull_secrets=(HARBOR._replace(is_whole=is_whole), BY_NAME))
    found = demands(findings, config, NOTHING)
    assert [(demand.namespace, demand.registries) for demand in found] == expected


# Where pods say they are and use what, the default namespace, and (namespace, home, registries) of each demand.
HOMES: dict[str, tuple[list[tuple[str, str]], str, list[tuple[str, str, tuple[str, ...]]]]] = {
    "unset, and nobody knows where": ([("", "h.example")], "", [("", "", ("h.example",))]),
    "unset, and it is known where": ([("", "h.example")], "shop", [("", "shop", ("h.example",))]),
    "the default, said": ([("shop", "h.example")], "shop", [("shop", "shop", ("h.example",))]),
    "unset and the default are one, which says where": (
        [("", "h.example"), ("shop", "*.h.example")],
        "shop",
        [("shop", "shop", ("h.example", "*.h.example"))],
    ),
    "the default and unset are one, which says where": (
        [("shop", "*.h.example"), ("", "h.example")],
        "shop",
        [("shop", "shop", ("h.example", "*.h.example"))],
    ),
    "unset and another": (
        [("mail", "h.example"), ("", "*.h.example")],
        "shop",
        [("mail", "mail", ("h.example",)), ("", "shop", ("*.h.example",))],
    ),
    "unset and another, and nobody knows where": (
        [("mail", "h.example"), ("", "*.h.example")],
        "",
        [("", "", ("*.h.example",)), ("mail", "mail", ("h.example",))],
    ),
    "unset and default, and nobody knows where": (
        [("default", "h.example"), ("", "h.example")],
        "",
        [("", "", ("h.example",)), ("default", "default", ("h.example",))],
    ),
}


@pytest.mark.parametrize(("uses", "default", "expected"), HOMES.values(), ids=HOMES)
def test_demands_one_secret_where_unset_is_a_namespace_that_is_said(
    uses: list[tuple[str, str]], default: str, expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    config = Config(pull_secrets=(HARBOR,), default_namespace=default)
    found = demands([attached("harbor", namespace, key) for namespace, key in uses], config, NOTHING)
    assert [(demand.namespace, demand.home, demand.registries) for demand in found] == expected


# Names in the config and where pods are, and the demands.
TEMPLATES: dict[str, tuple[str, list[str], list[str]]] = {
    "of the namespace": ("pull-{{ namespace }}", ["shop", "mail"], ["mail/pull-mail", "shop/pull-shop"]),
    "of the namespace, unset": ("pull-{{ namespace }}", [""], ["pull-prod"]),
    "of the registry and the config": ("{{ config }}.{{ registry }}", ["shop"], ["shop/corp.h.example"]),
    "made a name": ("Pull_{{ namespace | upper }}-", ["shop"], ["shop/pull-shop"]),
}


@pytest.mark.parametrize(("name", "namespaces", "expected"), TEMPLATES.values(), ids=TEMPLATES)
def test_demands_names_by_their_template(name: str, namespaces: list[str], expected: list[str]) -> None:
    secret = HARBOR._replace(name=name)
    config = Config(name="corp", pull_secrets=(secret,), default_namespace="prod")
    found = [attached(name, namespace, "h.example") for namespace in namespaces]
    assert [str(demand) for demand in demands(found, config, NOTHING)] == expected


def test_demands_names_with_the_hash_that_is_known_of_each_namespace() -> None:
    known = Survey({}, {}, suffixes={("harbor", "shop"): "-2456789bcd", ("harbor", "mail"): "-fghkmt2456"})
    found = [attached("harbor", namespace) for namespace in ("shop", "mail", "other")]
    assert [str(demand) for demand in demands(found, CONFIG, known)] == [
        "mail/harbor-fghkmt2456",
        "other/harbor",
        "shop/harbor-2456789bcd",
    ]


def test_demands_one_name_once_in_a_namespace() -> None:
    """Names that differ in the config may come out the same."""
    by_template = QUAY._replace(name="{{ config }}bor")
    config = Config(name="har", pull_secrets=(HARBOR, by_template, NOT_EMITTED._replace(name="Harbor")))
    used = [
        attached(secret.name, place, *secret.registries) for secret in config.pull_secrets for place in ("a", "b", "")
    ]
    with pytest.raises(ConfigError) as caught:
        demands(used, config, NOTHING)
    both = "spec.pullSecrets: 'harbor' and '{{ config }}bor' are both named harbor in"
    assert caught.value.errors == (f"{both} one namespace", f"{both} a", f"{both} b")


def test_demands_one_name_once_where_unset_is_a_namespace_that_is_said() -> None:
    other = QUAY._replace(name="{{ 'harbor' }}")
    config = Config(pull_secrets=(HARBOR, other), default_namespace="shop")
    with pytest.raises(ConfigError, match="are both named harbor in shop"):
        demands([attached("harbor", "shop"), attached(other.name, "", "quay.io")], config, NOTHING)


def test_demands_one_name_in_two_namespaces() -> None:
    other = QUAY._replace(name="{{ 'harbor' }}")
    config = Config(pull_secrets=(HARBOR, other))
    found = demands([attached("harbor", "a"), attached(other.name, "b", "quay.io")], config, NOTHING)
    assert [str(demand) for demand in found] == ["a/harbor", "b/harbor"]


# -- what has to be there early ----------------------------------------------------------------------------------------

HOOK = Timing(frozenset({"pre-install"}), -5, frozenset({"PreSync"}), -5)
ALONE = (("helm.sh/hook", "pre-install"), ("helm.sh/hook-weight", "-6"), ("helm.sh/resource-policy", "keep"))
WITH_OTHERS = (("helm.sh/hook", "pre-install,pre-upgrade,pre-rollback"), *ALONE[1:])


def early(secret: str, namespace: str) -> Finding:
    return attached(secret, namespace)._replace(timing=HOOK)


# Of whom Secrets are asked, and the annotations of each demand.
EARLY: dict[str, tuple[list[Finding], dict[str, object]]] = {
    "a hook": ([early("harbor", "shop")], {"shop/harbor": ALONE}),
    "a hook and others": ([attached("harbor", "shop"), early("harbor", "shop")], {"shop/harbor": WITH_OTHERS}),
    "a hook in another namespace": (
        [early("harbor", "shop"), attached("harbor", "mail")],
        {"mail/harbor": (), "shop/harbor": ALONE},
    ),
    "a hook that needs another": (
        [early("harbor", "shop"), attached("quay", "shop")],
        {"shop/quay": (), "shop/harbor": ALONE},
    ),
    "a hook that cannot be given it": (
        [early("harbor", "shop")._replace(outcome="unattached"), attached("harbor", "shop")],
        {"shop/harbor": ()},
    ),
}


@pytest.mark.parametrize(("findings", "expected"), EARLY.values(), ids=EARLY)
def test_demands_say_what_makes_them_early(findings: list[Finding], expected: dict[str, object]) -> None:
    assert {str(each): each.annotations for each in demands(findings, CONFIG, NOTHING)} == expected


def test_demands_say_it_where_unset_is_a_namespace_that_is_said() -> None:
    config = Config(pull_secrets=(HARBOR,), default_namespace="shop")
    [found] = demands([attached("harbor", "shop"), early("harbor", "")], config, NOTHING)
    assert found.annotations == WITH_OTHERS


def test_demands_leave_what_the_config_says() -> None:
    by_hand = HARBOR._replace(annotations=(("helm.sh/hook-weight", "-9"),))
    [found] = demands([early("harbor", "shop")], Config(pull_secrets=(by_hand,)), NOTHING)
    assert dict(found.annotations) == {**dict(ALONE), "helm.sh/hook-weight": "-9"}
    as_a_hook = HARBOR._replace(annotations=(("helm.sh/hook", "pre-install"), ("helm.sh/hook-weight", "-9")))
    [found] = demands([early("harbor", "shop")], Config(pull_secrets=(as_a_hook,)), NOTHING)
    assert found.annotations == ()


# Kinds of generators that are made, and the demands of a hook and of others in another namespace.
SHARED = {"ClusterGenerator": (WITH_OTHERS, WITH_OTHERS), "ECRAuthorizationToken": (ALONE, ())}


@pytest.mark.parametrize(("kind", "expected"), SHARED.items(), ids=SHARED)
def test_demands_that_share_what_is_made_are_early_together(kind: str, expected: tuple[object, ...]) -> None:
    generated = HARBOR._replace(emit="ExternalSecret", external=External(kind, "token", spec="{}"))
    config = Config(pull_secrets=(generated, generated._replace(name="quay", registries=QUAY.registries)))
    found = demands([early("harbor", "a"), attached("quay", "b")], config, NOTHING)
    assert tuple(each.annotations for each in found) == expected
    in_one_place = demands([early("harbor", "a"), attached("quay", "a")], config, NOTHING)
    assert [each.annotations for each in in_one_place] == [WITH_OTHERS, WITH_OTHERS]


# -- whole ------------------------------------------------------------------------------------------------------------


def test_whole_demands_is_all_that_can_be_made_for_each_namespace() -> None:
    named = HARBOR._replace(name="pull-{{ namespace }}", is_whole=True)
    config = CONFIG._replace(pull_secrets=(QUAY, named, BY_NAME, NOT_EMITTED), default_namespace="prod")
    known = NOTHING._replace(suffixes={("quay", "b"): "-2456789bcd"})
    assert whole_demands(["b", "a", "b"], config, known) == [
        Demand(QUAY, "quay-2456789bcd", "b", "b", QUAY.registries),
        Demand(QUAY, "quay", "a", "a", QUAY.registries),
        Demand(named, "pull-b", "b", "b", HARBOR.registries),
        Demand(named, "pull-a", "a", "a", HARBOR.registries),
    ]


def test_whole_demands_nothing_for_no_namespace() -> None:
    assert whole_demands([], CONFIG, NOTHING) == []


def test_whole_demands_one_name_once_in_a_namespace() -> None:
    config = Config(pull_secrets=(HARBOR, QUAY._replace(name="{{ 'harbor' }}")))
    with pytest.raises(ConfigError) as caught:
        whole_demands(["b", "a"], config, NOTHING)
    both = """spec.pullSecrets: 'harbor' and "{{ 'harbor' }}" are both named harbor in"""
    assert caught.value.errors == (f"{both} b", f"{both} a")
