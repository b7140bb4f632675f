"""What documents say of each other: images that are certain, what accounts need, and Secrets that must not be there."""

from __future__ import annotations

import pytest

from transformer.config import Config, CredentialSource, PullSecret
from transformer.findings import Finding, Outcome
from transformer.pipeline import rewrite
from transformer.resources import ResourceRef
from transformer.whole import AccountNeed, Whole, whole

SOURCE = CredentialSource("env", "USER", "PASSWORD")
PULL = PullSecret("pull", ("h.example",), credentials=SOURCE, emit="Secret")
CONFIG = Config(pull_secrets=(PULL,))


def finding(
    outcome: Outcome,
    secret: str,
    account: tuple[str, str] | None = None,
    pod: str = "web",
    *,
    pull_secret: str = "pull",
    namespace: str = "n",
) -> Finding:
    return Finding(
        severity="info",
        outcome=outcome,
        message="",
        line=1,
        column=1,
        resource=ResourceRef("v1", "Pod", pod, namespace),
        pull_secret=pull_secret,
        secret=secret,
        keys=("r.example",),
        namespace=namespace,
        account=account,
    )


def test_whole_of_nothing_is_nothing() -> None:
    assert whole([], [], CONFIG) == Whole(frozenset(), {}, made=frozenset(), strict=frozenset())


# Images as they are spelled, and what they are evidence of.
IMAGES = {
    "a short name": (["nginx"], {"docker.io", "docker.io/library/nginx"}),
    "a tag": (["quay.io/team/app:1"], {"quay.io", "quay.io/team/app:1"}),
    "a port": (["localhost:5000/app"], {"localhost:5000", "localhost:5000/app"}),
    "twice": (["nginx", "docker.io/library/nginx"], {"docker.io", "docker.io/library/nginx"}),
    "what is none": (["$(IMAGE)", "UPPER", ""], set()),
    "one that is none among others": (["$(IMAGE)", "h.example/a"], {"h.example", "h.example/a"}),
}


@pytest.mark.parametrize(("images", "expected"), IMAGES.values(), ids=IMAGES)
def test_whole_knows_images_by_their_names_in_full(images: list[str], expected: set[str]) -> None:
    assert whole(images, [], CONFIG).evidence == expected


# What is found of pods, and what their accounts need, each as (pull secret, Secret, object).
NEEDS: dict[str, tuple[list[Finding], dict[tuple[str, str], list[tuple[str, str, str]]]]] = {
    "of one pod": (
        [finding("present", "pull-1", ("n", "a"))],
        {("n", "a"): [("pull", "pull-1", "Pod n/web")]},
    ),
    "of two pods": (
        [finding("present", "pull", ("n", "a"), pod) for pod in ("b", "a")],
        {("n", "a"): [("pull", "pull", "Pod n/b"), ("pull", "pull", "Pod n/a")]},
    ),
    "of one pod, found twice": (
        [finding("present", "pull", ("n", "a"))] * 2,
        {("n", "a"): [("pull", "pull", "Pod n/web")]},
    ),
    "of two pull secrets, in order": (
        [
            finding("present", "s2", ("n", "a"), pull_secret="two"),
            finding("present", "s1", ("n", "a"), pull_secret="one"),
        ],
        {("n", "a"): [("two", "s2", "Pod n/web"), ("one", "s1", "Pod n/web")]},
    ),
    "of two accounts": (
        [finding("present", "pull", ("n", "a")), finding("present", "pull", ("", "a"))],
        {("n", "a"): [("pull", "pull", "Pod n/web")], ("", "a"): [("pull", "pull", "Pod n/web")]},
    ),
    "nothing of one that has it, or whose list has it": ([finding("present", "pull"), finding("attached", "pull")], {}),
    "nothing of one that is not in the input": ([finding("account", "pull", ("n", "a"))], {}),
}


@pytest.mark.parametrize(("findings", "expected"), NEEDS.values(), ids=NEEDS)
def test_whole_knows_what_accounts_need_in_order(
    findings: list[Finding], expected: dict[tuple[str, str], list[tuple[str, str, str]]]
) -> None:
    found = whole([], findings, CONFIG).needs
    assert {account: list(needs) for account, needs in found.items()} == {
        account: [AccountNeed(*need) for need in needs] for account, needs in expected.items()
    }


STRICT = PULL._replace(existing="error")
# The default namespace, what is found, and the Secrets that are made.
MADE: dict[str, tuple[str, list[Finding], set[tuple[str, str]]]] = {
    "one that a pod gets": ("", [finding("attached", "pull")], {("n", "pull")}),
    "one that a pod has": ("", [finding("present", "pull")], {("n", "pull")}),
    "one that an account is to have": ("", [finding("account", "pull", ("n", "a"))], {("n", "pull")}),
    "by its name there": ("", [finding("attached", "pull-2456789bcd")], {("n", "pull-2456789bcd")}),
    "each namespace": (
        "",
        [finding("attached", "pull", namespace=place) for place in ("a", "b", "a")],
        {("a", "pull"), ("b", "pull")},
    ),
    "unset": ("", [finding("attached", "pull", namespace="")], {("", "pull")}),
    "unset, and it is known where": ("shop", [finding("attached", "pull", namespace="")], {("shop", "pull")}),
    "none that no pod can be given": ("", [finding("unattached", "pull")], set()),
    "none that no one uses": ("", [finding("opened", "", pull_secret="")], set()),
    "none that the config does not have": ("", [finding("attached", "other", pull_secret="other")], set()),
}


@pytest.mark.parametrize(("default", "findings", "expected"), MADE.values(), ids=MADE)
def test_whole_knows_the_secrets_that_are_made(
    default: str, findings: list[Finding], expected: set[tuple[str, str]]
) -> None:
    lax = whole([], findings, Config(pull_secrets=(PULL,), default_namespace=default))
    assert (lax.made, lax.strict) == (expected, set())
    strict = whole([], findings, Config(pull_secrets=(STRICT,), default_namespace=default))
    assert (strict.made, strict.strict) == (expected, expected)
    by_name = whole([], findings, Config(pull_secrets=(STRICT._replace(emit="none"),), default_namespace=default))
    assert (by_name.made, by_name.strict) == (set(), set())


def test_whole_knows_which_of_them_the_input_must_not_have() -> None:
    secrets = (STRICT, PULL._replace(name="kept"), PULL._replace(name="updated", existing="update"))
    found = [finding("attached", name, pull_secret=name) for name in ("kept", "pull", "updated")]
    said = whole([], found, Config(pull_secrets=secrets))
    assert said.made == {("n", "kept"), ("n", "pull"), ("n", "updated")}
    assert said.strict == {("n", "pull")}


def test_whole_makes_none_that_the_input_has_by_a_longer_name() -> None:
    said = whole([], [finding("present", "my-pull")._replace(keys=())], Config(pull_secrets=(STRICT,)))
    assert (said.made, said.strict) == (set(), set())


# -- together ---------------------------------------------------------------------------------------------------------

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - image: h.example/app\n"
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: default\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: pull}\ntype: Opaque\n"


@pytest.mark.parametrize("order", [(POD, ACCOUNT), (ACCOUNT, POD)], ids=["pod first", "account first"])
def test_an_account_gets_what_a_pod_in_another_document_needs(order: tuple[str, str]) -> None:
    config = Config(unmapped="allow", pull_secrets=(PULL._replace(attach_to="serviceAccounts"),))
    with_pull = f"{ACCOUNT}imagePullSecrets:\n- name: pull\n"
    expected = "---\n".join(with_pull if text == ACCOUNT else text for text in order)
    assert rewrite("---\n".join(order), config).text == expected


@pytest.mark.parametrize("order", [(POD, SECRET), (SECRET, POD)], ids=["pod first", "Secret first"])
def test_a_secret_that_is_to_be_made_is_an_error_in_another_document(order: tuple[str, str]) -> None:
    found = rewrite("---\n".join(order), Config(unmapped="allow", pull_secrets=(STRICT,)))
    errors = [(each.outcome, each.line, each.message) for each in found.findings if each.severity == "error"]
    line = 1 if order[0] == SECRET else 8
    message = "Secret pull: the config makes a Secret of this name too (existing: error)"
    assert errors == [("conflict", line, message)]
