"""What stands anywhere in an input, and matters everywhere: accounts with pull secrets, and Secrets."""

from __future__ import annotations

import pytest

from transformer.config import Config, CredentialSource, PullSecret
from transformer.survey import Survey, survey

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: n}\n"

# A document, and the accounts with pull secrets in it.
ACCOUNTS = {
    "with pull secrets": (ACCOUNT + "imagePullSecrets: [{name: x}, {name: y}]", {("n", "a"): ("x", "y")}),
    "in no namespace": (ACCOUNT.replace(", namespace: n", "") + "imagePullSecrets: [{name: x}]", {("", "a"): ("x",)}),
    "without pull secrets": (ACCOUNT, {}),
    "with an empty list": (ACCOUNT + "imagePullSecrets: []", {}),
    "with a list of no names": (ACCOUNT + "imagePullSecrets: [x, {a: b}]", {}),
    "of another group": (ACCOUNT.replace("v1", "x/v1") + "imagePullSecrets: [{name: x}]", {}),
    "another kind": (ACCOUNT.replace("ServiceAccount", "Pod") + "imagePullSecrets: [{name: x}]", {}),
    "in a list": (
        "{apiVersion: v1, kind: ServiceAccountList, items: [{metadata: {name: a}, imagePullSecrets: [{name: x}]}]}",
        {("", "a"): ("x",)},
    ),
    "nothing": ("# c\n", {}),
}


@pytest.mark.parametrize(("text", "expected"), ACCOUNTS.values(), ids=ACCOUNTS.keys())
def test_survey_finds_the_accounts_with_pull_secrets(
    text: str, expected: dict[tuple[str, str], tuple[str, ...]]
) -> None:
    assert survey([text], Config(pull_secrets=(PullSecret("any", ("a.example",)),))).accounts == expected


def test_survey_finds_accounts_and_secrets_in_every_stream() -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: n}\nimagePullSecrets: [{name: s}]\n"
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: emitted, namespace: n}\ntype: Opaque\n"
    credentials = CredentialSource("env", "USER", "PASSWORD")
    config = Config(pull_secrets=(PullSecret("emitted", ("a.example",), credentials=credentials, emit=True),))
    assert survey(["a: 1\n", f"a: 1\n---\n{account}", f"broken: [\n---\n{secret}"], config) == Survey(
        {("n", "a"): ("s",)}, frozenset({("n", "emitted")})
    )


def test_survey_reads_nothing_where_nobody_asks() -> None:
    account = ACCOUNT + "imagePullSecrets: [{name: x}]"
    assert survey([account], Config()) == Survey({}, frozenset())
