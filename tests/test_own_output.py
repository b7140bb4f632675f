"""What counts as made by this program: all that it makes, and nothing that somebody wrote."""

from __future__ import annotations

import pytest
from passwords import AWKWARD_PASSWORD
from pull_secrets import CLOSED, GENERATED, HARBOR, NOTHING, OPEN, QUAY, SEALED, STORED, config_of, demand, finding

from transformer.config import PullSecret
from transformer.credentials.reach import Reach
from transformer.demands import Demand
from transformer.documents import join
from transformer.hooks import Timing
from transformer.own_output import holds_nothing_else
from transformer.registry_secrets import account_documents, make, settled

FORMS = {
    "Secrets": (HARBOR, QUAY),
    "one of the older type": (QUAY._replace(is_legacy=True),),
    "SealedSecrets": (SEALED,),
    "ExternalSecrets": (STORED,),
    "ExternalSecrets and their generators": (GENERATED,),
    "a template with credentials": (OPEN,),
    "a template without": (CLOSED,),
    "all of them": (HARBOR, SEALED, STORED, GENERATED, OPEN, CLOSED),
    "labeled": (HARBOR._replace(labels=(("a", "b"),), annotations=(("a", "b"),), immutable=True),),
    "named by a template": (HARBOR._replace(name="pull-{{ namespace }}"),),
}


def named(secret: PullSecret, namespace: str) -> Demand:
    return demand(secret, namespace, name=secret.name.replace("{{ namespace }}", namespace))


@pytest.mark.parametrize("secrets", FORMS.values(), ids=FORMS)
def test_holds_nothing_else_takes_what_was_made(secrets: tuple[PullSecret, ...], reach: Reach) -> None:
    wanted = [named(secret, place) for secret in secrets for place in ("shop", "mail")]
    text = join(make(wanted, reach).texts)
    assert holds_nothing_else(text, config_of(*secrets))
    assert holds_nothing_else(text, config_of(PullSecret("other", ("a.example",)), *secrets))


NARROW = {name: secrets for name, secrets in FORMS.items() if not {OPEN, CLOSED} & {*secrets}}


@pytest.mark.parametrize("secrets", NARROW.values(), ids=NARROW)
def test_holds_nothing_else_takes_no_more_than_what_was_made(secrets: tuple[PullSecret, ...], reach: Reach) -> None:
    text = join(make([named(secret, "shop") for secret in secrets], reach).texts)
    manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: mine}\n"
    assert not holds_nothing_else(f"{text}---\n{manifest}", config_of(*secrets))
    assert not holds_nothing_else(f"{manifest}---\n{text}", config_of(*secrets))
    assert not holds_nothing_else(text, config_of(PullSecret("other", ("a.example",))))


@pytest.mark.parametrize("hashed", ["kubectl", "kustomize"])
def test_holds_nothing_else_takes_a_name_with_any_hash(
    hashed: str, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = HARBOR._replace(hashed=hashed)
    config = config_of(secret)
    known = settled(NOTHING, [demand(secret, "shop")], config, reach)
    [text] = make([demand(secret, "shop", name=f"harbor{known.suffix(secret, 'shop')}")], reach).texts
    monkeypatch.setenv("H_PASS", AWKWARD_PASSWORD)
    assert holds_nothing_else(text, config)
    assert not holds_nothing_else(text, config_of(HARBOR))


def test_holds_nothing_else_takes_accounts_where_they_are_made(reach: Reach) -> None:
    secret = HARBOR._replace(attach_to="serviceAccounts", emit_accounts=True)
    made = account_documents([finding("present", "harbor", ("shop", "default"))], NOTHING)
    text = join([*made, *make([demand(secret, "shop")], reach).texts])
    assert holds_nothing_else(text, config_of(secret))
    assert not holds_nothing_else(text, config_of(secret._replace(emit_accounts=False)))


def test_holds_nothing_else_takes_an_account_that_is_a_hook() -> None:
    secret = HARBOR._replace(attach_to="serviceAccounts", emit_accounts=True)
    hook = finding("present", "harbor", ("shop", "robot"))._replace(timing=Timing(frozenset({"pre-install"})))
    [made] = account_documents([hook], NOTHING)
    assert "annotations:" in made
    assert holds_nothing_else(made, config_of(secret))
    assert not holds_nothing_else(made.replace("annotations:\n", "annotations:\n    iam: role\n"), config_of(secret))


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: harbor}\ntype: kubernetes.io/dockerconfigjson\n"
# Texts, and whether this program could have made them for HARBOR.
TEXTS = {
    "nothing": ("", True),
    "a Secret": (SECRET, True),
    "in a list": (f"apiVersion: v1\nkind: List\nitems: [{{{', '.join(SECRET.splitlines())}}}]\n", True),
    "another name": (SECRET.replace("harbor", "mine"), False),
    "a name with more": (SECRET.replace("harbor", "harbor-2456789bcd"), False),
    "another type": (SECRET.replace("kubernetes.io/dockerconfigjson", "Opaque"), False),
    "no type": (SECRET.partition("type:")[0], False),
    "another kind": (SECRET.replace("kind: Secret", "kind: ConfigMap"), False),
    "another group": (SECRET.replace("v1", "x/v1"), False),
    "an account": ("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: harbor}\n", False),
    "a generator": (
        "apiVersion: generators.external-secrets.io/v1alpha1\nkind: ECRAuthorizationToken\nmetadata: {name: harbor}\n",
        False,
    ),
    "something else beside it": (f"{SECRET}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n", False),
    "a text": ("mine\n", False),
    "a list of texts": ("[mine]\n", False),
    "an empty list": ("apiVersion: v1\nkind: List\nitems: []\n", False),
    "no YAML": ("a: [\n", False),
    "no YAML beside it": (f"{SECRET}---\na: [\n", False),
}


@pytest.mark.parametrize(("text", "is_ours"), TEXTS.values(), ids=TEXTS)
def test_holds_nothing_else_looks_at_all_there_is(text: str, is_ours: bool) -> None:
    assert holds_nothing_else(text, config_of(HARBOR)) == is_ours


# Pull secrets, and what this program never makes of them.
NOT_OURS: dict[str, tuple[PullSecret, str]] = {
    "an account with more than pull secrets": (
        HARBOR._replace(attach_to="serviceAccounts", emit_accounts=True),
        (
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: mine, annotations: {iam: role}}\n"
            "automountServiceAccountToken: false\n"
        ),
    ),
    "an account with labels": (
        HARBOR._replace(attach_to="serviceAccounts", emit_accounts=True),
        (
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: mine, labels: {app: shop}}\n"
            "imagePullSecrets: [{name: harbor}]\n"
        ),
    ),
    "a generator of another name": (
        GENERATED,
        "apiVersion: generators.external-secrets.io/v1alpha1\nkind: GCRAccessToken\nmetadata: {name: mine}\n",
    ),
    "a manifest that says nothing of the Secret": (
        CLOSED,
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: mine}\n",
    ),
}


@pytest.mark.parametrize(("secret", "text"), NOT_OURS.values(), ids=NOT_OURS)
def test_holds_nothing_else_takes_only_what_could_have_been_made(secret: PullSecret, text: str) -> None:
    assert not holds_nothing_else(text, config_of(secret))
