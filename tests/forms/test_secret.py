"""Secrets byte by byte, and what the kubectl here reads in them and makes itself."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from forms.orders import make, order
from passwords import AWKWARD_PASSWORD, PASSWORD
from programs import needs

from transformer.config import PullSecret
from transformer.dockerconfig import Credentials
from transformer.forms.order import Order

HARBOR = PullSecret("harbor", ("h.example",), emit="Secret")
HUB = PullSecret("harbor", ("https://index.docker.io/v1/", "h.example"), emit="Secret")

# What the login of the orders comes to, in base64: of h.example, of it and Docker Hub, and of it in the older format.
ONE = (
    "eyJhdXRocyI6eyJoLmV4YW1wbGUiOnsidXNlcm5hbWUiOiJyb2JvdCRjaSIsInBhc3N3b3JkIjoiY29ycmVjdC1ob3JzZS1iYXR0ZXJ5L3N0YXBsZ"
    "Ss3IiwiYXV0aCI6ImNtOWliM1FrWTJrNlkyOXljbVZqZEMxb2IzSnpaUzFpWVhSMFpYSjVMM04wWVhCc1pTczMifX19"
)
TWO = (
    "eyJhdXRocyI6eyJoLmV4YW1wbGUiOnsidXNlcm5hbWUiOiJyb2JvdCRjaSIsInBhc3N3b3JkIjoiY29ycmVjdC1ob3JzZS1iYXR0ZXJ5L3N0YXBsZ"
    "Ss3IiwiYXV0aCI6ImNtOWliM1FrWTJrNlkyOXljbVZqZEMxb2IzSnpaUzFpWVhSMFpYSjVMM04wWVhCc1pTczMifSwiaHR0cHM6Ly9pbmRleC5kb2"
    "NrZXIuaW8vdjEvIjp7InVzZXJuYW1lIjoicm9ib3QkY2kiLCJwYXNzd29yZCI6ImNvcnJlY3QtaG9yc2UtYmF0dGVyeS9zdGFwbGUrNyIsImF1dGg"
    "iOiJjbTlpYjNRa1kyazZZMjl5Y21WamRDMW9iM0p6WlMxaVlYUjBaWEo1TDNOMFlYQnNaU3MzIn19fQ=="
)
OLDER = (
    "eyJoLmV4YW1wbGUiOnsidXNlcm5hbWUiOiJyb2JvdCRjaSIsInBhc3N3b3JkIjoiY29ycmVjdC1ob3JzZS1iYXR0ZXJ5L3N0YXBsZSs3IiwiYXV0aC"
    "I6ImNtOWliM1FrWTJrNlkyOXljbVZqZEMxb2IzSnpaUzFpWVhSMFpYSjVMM04wWVhCc1pTczMifX0="
)

SECRETS: dict[str, tuple[Order, str]] = {
    "as little as there is": (
        order(HARBOR, ""),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: harbor
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {ONE}
""",
    ),
    "what it has to say to be there early": (
        order(
            HARBOR._replace(annotations=(("note", "mine"), ("helm.sh/hook-weight", "-9"))),
            annotations=(("helm.sh/hook", "pre-install"), ("helm.sh/hook-weight", "-9")),
        ),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: harbor
  namespace: shop
  annotations:
    note: mine
    helm.sh/hook-weight: "-9"
    helm.sh/hook: pre-install
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {ONE}
""",
    ),
    "the lines that kustomize makes a hash of": (
        order(HARBOR._replace(annotations=(("kustomize.config.k8s.io/needs-hash", "true"),)), ""),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: harbor
  annotations:
    kustomize.config.k8s.io/needs-hash: "true"
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: |
    {ONE[:70]}
    {ONE[70:140]}
    {ONE[140:]}
""",
    ),
    "the namespace that pods say, not the one they end in": (
        order(HARBOR, "", home="shop"),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: harbor
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {ONE}
""",
    ),
    "several registries": (
        order(HUB),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: harbor
  namespace: shop
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {TWO}
""",
    ),
    "the registries in use": (
        order(HUB, registries=("h.example",)),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: harbor
  namespace: shop
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {ONE}
""",
    ),
    "a name with a hash, as the demand says it": (
        order(HARBOR._replace(name="{{ namespace }}-pull", hashed="kubectl"), name="shop-pull-h5889d7482"),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: shop-pull-h5889d7482
  namespace: shop
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {ONE}
""",
    ),
    "names that read as numbers": (
        order(HARBOR._replace(name="1e3"), "0"),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: "1e3"
  namespace: "0"
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {ONE}
""",
    ),
    "the older type": (
        order(HARBOR._replace(is_legacy=True)),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: harbor
  namespace: shop
type: kubernetes.io/dockercfg
data:
  .dockercfg: {OLDER}
""",
    ),
    "immutable": (
        order(HARBOR._replace(immutable=True)),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: harbor
  namespace: shop
immutable: true
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {ONE}
""",
    ),
    "labels": (
        order(HARBOR._replace(labels=(("app.kubernetes.io/part-of", "shop"), ("on", "yes"), ("empty", "")))),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: harbor
  namespace: shop
  labels:
    app.kubernetes.io/part-of: shop
    "on": "yes"
    empty: ""
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {ONE}
""",
    ),
    "annotations": (
        order(
            HARBOR._replace(
                annotations=(
                    ("argocd.argoproj.io/sync-wave", "-1"),
                    ("helm.sh/hook-weight", "5"),
                    ("note", "made by repoint: do not edit # really\n"),
                    ("json", '{"a": [1]}'),
                )
            )
        ),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: harbor
  namespace: shop
  annotations:
    argocd.argoproj.io/sync-wave: "-1"
    helm.sh/hook-weight: "5"
    note: |
      made by repoint: do not edit # really
    json: |-
      {{"a": [1]}}
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {ONE}
""",
    ),
    "all of it": (
        order(
            HARBOR._replace(labels=(("team", "shop"),), annotations=(("by", "ops"),), immutable=True, is_legacy=True)
        ),
        f"""\
apiVersion: v1
kind: Secret
metadata:
  name: harbor
  namespace: shop
  labels:
    team: shop
  annotations:
    by: ops
immutable: true
type: kubernetes.io/dockercfg
data:
  .dockercfg: {OLDER}
""",
    ),
}


@pytest.mark.parametrize(("ordered", "expected"), SECRETS.values(), ids=SECRETS)
def test_make_writes_the_secret(ordered: Order, expected: str) -> None:
    assert make(ordered) == [expected]


def kubectl(home: Path, *arguments: str | bytes, stdin: str = "") -> Any:
    """What the kubectl here prints, as JSON, without a cluster or anyone's configuration."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "KUBECONFIG": os.devnull}
    command = [b"kubectl", *(each.encode() if isinstance(each, str) else each for each in arguments), b"--output=json"]
    return json.loads(
        subprocess.run(command, env=environment, input=stdin.encode(), capture_output=True, check=True).stdout
    )


def read(home: Path, text: str) -> Any:
    """What the kubectl here reads in a document; of what takes files, only its local commands need no cluster."""
    return kubectl(home, "patch", "--local", "--filename=-", "--patch={}", stdin=text)


def created(home: Path, *arguments: str | bytes) -> Any:
    """The Secret that `kubectl create secret` makes with these arguments."""
    made = kubectl(home, "create", "secret", *arguments, "--namespace=shop", "--dry-run=client")
    made["metadata"].pop("creationTimestamp", None)
    return made


PASSWORDS = {
    "plain": PASSWORD.encode(),
    "awkward": AWKWARD_PASSWORD.encode(),
    "no UTF-8": b"p\xff\xfe\xed\xa0\x80",
    "an emoji": "\U0001f600".encode(),
    "blanks": b" \t\r\n",
    "long": b"x" * 5000,
}


@needs("kubectl")
@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_kubectl_reads_what_it_would_make_itself(password: bytes, tmp_path: Path) -> None:
    [text] = make(order(HARBOR, login=Credentials(b"robot$ci", password, b"ops@corp.example")))
    flags = [b"--docker-server=h.example", b"--docker-username=robot$ci", b"--docker-email=ops@corp.example"]
    assert read(tmp_path, text) == created(
        tmp_path, "docker-registry", "harbor", *flags, b"--docker-password=" + password
    )


@needs("kubectl")
def test_kubectl_reads_the_older_type_as_it_would_make_it_of_a_file(tmp_path: Path) -> None:
    [text] = make(order(HARBOR._replace(is_legacy=True), login=Credentials(b"u", b"<p>")))
    (tmp_path / "config").write_text('{"h.example":{"username":"u","password":"\\u003cp\\u003e","auth":"dTo8cD4="}}')
    assert read(tmp_path, text) == created(
        tmp_path,
        *("generic", "harbor", "--type=kubernetes.io/dockercfg"),
        f"--from-file=.dockercfg={tmp_path / 'config'}",
    )


SAID: dict[str, Mapping[str, str]] = {
    "labels": {"app.kubernetes.io/part-of": "shop", "on": "yes", "1": "2", "empty": "", "n": "null"},
    "annotations": {
        "json": '{"a": "b"}\n',
        "lines": "a\n\n b: #c\n",
        "é": "ü 😀",
        "blank": " a ",
        "tab": "a\tb",
        "~": "~",
    },
}


@needs("kubectl")
def test_kubectl_reads_what_is_said_besides_the_data(tmp_path: Path) -> None:
    labels, annotations = (tuple(each.items()) for each in SAID.values())
    [text] = make(order(HARBOR._replace(labels=labels, annotations=annotations, immutable=True)))
    assert read(tmp_path, text) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "harbor", "namespace": "shop", **SAID},
        "immutable": True,
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": ONE},
    }
