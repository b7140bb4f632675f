"""References to a Secret outside lists of pull secrets follow when the hash in its name changes."""

from __future__ import annotations

import pytest

from transformer.config import Config, PullSecret
from transformer.pipeline import Rewrite, rewrite_all
from transformer.survey import survey

PULL = PullSecret("pull", ("m.example",), hashed="kubectl", emit="Secret")
CONFIG = Config(unmapped="allow", pull_secrets=(PULL,))
OLD, NEW = "pull-2456789bcd", "pull-fghkmtbcdf"

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n"
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\n"

# Documents in which NAME is the Secret.
REFERENCES = {
    "a volume": f"{POD}  volumes:\n  - name: v\n    secret:\n      secretName: NAME  # c\n",
    "a projected volume": (
        f"{POD}  volumes:\n  - projected: {{sources: [{{configMap: {{name: pull}}}}, {{secret: {{name: NAME}}}}]}}\n"
    ),
    "a variable": f"{POD}  containers:\n  - env:\n    - valueFrom: {{secretKeyRef: {{name: 'NAME', key: k}}}}\n",
    "variables": (
        f"{POD}  initContainers:\n  - envFrom:\n    - secretRef: {{name: NAME}}\n    - configMapRef: {{name: pull}}\n"
    ),
    "a template": (
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, namespace: shop}\nspec:\n  template:\n    spec:\n"
        "      containers: [{name: a, envFrom: [{secretRef: {name: NAME}}]}]\n"
    ),
    "secrets of an account": f"{ACCOUNT}secrets:\n- name: NAME\n- name: other\n",
}
# Documents that stay.
OTHERS = {
    "another name": REFERENCES["a volume"].replace("NAME", "pull-x"),
    "another kind of volume": f"{POD}  volumes: [{{configMap: {{name: pull}}}}, {{secret: {{defaultMode: 1}}}}]\n",
    "another namespace": REFERENCES["a volume"].replace("NAME", "pull").replace("shop", "mail"),
    "what is left alone": REFERENCES["a volume"]
    .replace("NAME", "pull")
    .replace("namespace: shop", "namespace: shop, annotations: {repoint.dev/keep: 'true'}"),
}


def rewrite(text: str) -> Rewrite:
    known = survey([text], CONFIG)._replace(suffixes={("pull", "shop"): NEW.removeprefix("pull")}, is_settled=True)
    (result,) = rewrite_all([text], CONFIG, known)
    return result


@pytest.mark.parametrize("name", ["pull", OLD], ids=["without a hash", "with another hash"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("text", REFERENCES.values(), ids=REFERENCES)
def test_follow(text: str, newline: str, name: str) -> None:
    text = text.replace("\n", newline)
    after = rewrite(text.replace("NAME", name))
    assert after.text == text.replace("NAME", NEW)
    assert [finding.outcome for finding in after.findings if finding.is_to_do] == ["renamed"]
    assert rewrite(after.text).text == after.text


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_noop(text: str) -> None:
    assert rewrite(text).text == text


def test_a_name_that_something_else_says_too_is_a_warning() -> None:
    text = f"{POD}  nodeSelector: {{x: &n pull}}\n  volumes: [{{secret: {{secretName: *n}}}}]\n"
    result = rewrite(text)
    assert result.text == text
    assert [(each.severity, each.outcome) for each in result.findings if each.severity != "info"] == [
        ("warning", "unattached")
    ]


def test_follow_says_what_and_where() -> None:
    (finding,) = rewrite(REFERENCES["a volume"].replace("NAME", OLD)).findings
    assert finding.message == f"Pod shop/web: the pull secret {OLD} is now {NEW}"
    assert (finding.line, finding.column, finding.field) == (8, 19, "spec.volumes[0].secret.secretName")
    assert (finding.before, finding.after) == (OLD, NEW)
