"""SealedSecrets, opened as a controller opens them: by the decryption of test_sealing, and by the kubeseal here."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from forms.orders import LOGIN, NOW, held, make, order, refusal, told
from hypothesis import given
from hypothesis import strategies as st
from passwords import PASSWORD, leaks
from programs import needs
from ruamel.yaml import YAML
from test_sealing import EXPONENT, LABELS, SCOPES, SHORT, armored, in_each_scope, issue, pem_of, private_pem, unseal

from transformer.config import PullSecret, Sealing
from transformer.dockerconfig import Credentials, dockercfg, dockerconfigjson
from transformer.forms.order import Order
from transformer.sealing import Scope, scope_annotations

FILE = "sealed-secrets.pem"
HARBOR = PullSecret("harbor-pull", ("h.example",), emit="SealedSecret", sealing=Sealing(FILE))
HUB = HARBOR._replace(registries=("https://index.docker.io/v1/", "h.example"))
VALUE = dockerconfigjson({"h.example": LOGIN})
SEALED = re.compile(r"(?<=^    \.dockerc)(onfigjson|fg): [A-Za-z0-9+/]{300,}={0,2}$", re.MULTILINE)


class Controller(NamedTuple):
    """What a controller has: a private key, and its certificate in PEM."""

    key: rsa.RSAPrivateKey
    pem: bytes


@pytest.fixture(scope="module")
def controller() -> Controller:
    key = rsa.generate_private_key(65537, 2048)
    return Controller(key, pem_of(key))


def scoped(scope: Scope, secret: PullSecret = HARBOR) -> PullSecret:
    return secret._replace(sealing=Sealing(FILE, scope))


def load(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def made(ordered: Order, controller: Controller) -> str:
    [text] = make(ordered._replace(reach=order(HARBOR, files={FILE: controller.pem}).reach))
    return text


def opened(text: str, key: rsa.RSAPrivateKey) -> dict[str, bytes]:
    """What the controller finds in a SealedSecret, by the scope, the namespace and the name that it says itself."""
    found = load(text)
    metadata = found["metadata"]
    said = metadata.get("annotations", {})
    label = f"{metadata.get('namespace', '')}/{metadata['name']}"
    if said.get("sealedsecrets.bitnami.com/namespace-wide") == "true":
        label = metadata["namespace"]
    if said.get("sealedsecrets.bitnami.com/cluster-wide") == "true":
        label = ""
    sealed = found["spec"]["encryptedData"]
    return {name: unseal(key, value, label.encode()) for name, value in sealed.items()}


# Who could tell from what is sealed which registries it is for?
FOR_H = {"repoint.dev/registries": "h.example"}

SEALED_SECRETS: dict[str, tuple[Order, str]] = {
    "strict": (
        order(HARBOR),
        """\
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: harbor-pull
  namespace: shop
  annotations:
    repoint.dev/registries: h.example
spec:
  encryptedData:
    .dockerconfigjson: SEALED
  template:
    metadata:
      name: harbor-pull
      namespace: shop
      annotations:
        repoint.dev/registries: h.example
    type: kubernetes.io/dockerconfigjson
""",
    ),
    "what the SealedSecret alone has to say to be there early": (
        order(
            HARBOR._replace(annotations=(("note", "mine"),)),
            annotations=(("helm.sh/hook", "pre-install"), ("helm.sh/hook-weight", "-6")),
        ),
        """\
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: harbor-pull
  namespace: shop
  annotations:
    note: mine
    repoint.dev/registries: h.example
    helm.sh/hook: pre-install
    helm.sh/hook-weight: "-6"
spec:
  encryptedData:
    .dockerconfigjson: SEALED
  template:
    metadata:
      name: harbor-pull
      namespace: shop
      annotations:
        note: mine
        repoint.dev/registries: h.example
    type: kubernetes.io/dockerconfigjson
""",
    ),
    "namespace-wide": (
        order(scoped("namespace-wide")),
        """\
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: harbor-pull
  namespace: shop
  annotations:
    sealedsecrets.bitnami.com/namespace-wide: "true"
    repoint.dev/registries: h.example
spec:
  encryptedData:
    .dockerconfigjson: SEALED
  template:
    metadata:
      name: harbor-pull
      namespace: shop
      annotations:
        sealedsecrets.bitnami.com/namespace-wide: "true"
        repoint.dev/registries: h.example
    type: kubernetes.io/dockerconfigjson
""",
    ),
    "cluster-wide, without a namespace": (
        order(scoped("cluster-wide"), ""),
        """\
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: harbor-pull
  annotations:
    sealedsecrets.bitnami.com/cluster-wide: "true"
    repoint.dev/registries: h.example
spec:
  encryptedData:
    .dockerconfigjson: SEALED
  template:
    metadata:
      name: harbor-pull
      annotations:
        sealedsecrets.bitnami.com/cluster-wide: "true"
        repoint.dev/registries: h.example
    type: kubernetes.io/dockerconfigjson
""",
    ),
    "the namespace in which it ends": (
        order(HARBOR, "", home="mail"),
        """\
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: harbor-pull
  namespace: mail
  annotations:
    repoint.dev/registries: h.example
spec:
  encryptedData:
    .dockerconfigjson: SEALED
  template:
    metadata:
      name: harbor-pull
      namespace: mail
      annotations:
        repoint.dev/registries: h.example
    type: kubernetes.io/dockerconfigjson
""",
    ),
    "all of it": (
        order(
            scoped("cluster-wide")._replace(
                labels=(("team", "shop"),),
                annotations=(("argocd.argoproj.io/sync-wave", "-1"),),
                immutable=True,
                is_legacy=True,
            ),
            name="shop-pull",
        ),
        """\
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: shop-pull
  namespace: shop
  labels:
    team: shop
  annotations:
    argocd.argoproj.io/sync-wave: "-1"
    sealedsecrets.bitnami.com/cluster-wide: "true"
    repoint.dev/registries: h.example
spec:
  encryptedData:
    .dockercfg: SEALED
  template:
    metadata:
      name: shop-pull
      namespace: shop
      labels:
        team: shop
      annotations:
        argocd.argoproj.io/sync-wave: "-1"
        sealedsecrets.bitnami.com/cluster-wide: "true"
        repoint.dev/registries: h.example
    type: kubernetes.io/dockercfg
    immutable: true
""",
    ),
}


@pytest.mark.parametrize(("ordered", "expected"), SEALED_SECRETS.values(), ids=SEALED_SECRETS)
def test_make_writes_the_sealed_secret(ordered: Order, expected: str, controller: Controller) -> None:
    text = made(ordered, controller)
    assert SEALED.sub(r"\1: SEALED", text) == expected
    [stored] = opened(text, controller.key).values()
    assert stored == (dockercfg if ordered.secret.is_legacy else dockerconfigjson)({"h.example": LOGIN})


@in_each_scope
@pytest.mark.parametrize("password", [b"", b"p\xff\xfe", "pässwörd <&>\n".encode(), b"x" * 5000], ids=len)
def test_make_seals_every_byte_for_its_scope(scope: Scope, password: bytes, controller: Controller) -> None:
    login = Credentials(b"robot$ci", password)
    text = made(order(scoped(scope, HUB), login=login), controller)
    expected = dockerconfigjson(dict.fromkeys(HUB.registries, login))
    assert opened(text, controller.key) == {".dockerconfigjson": expected}
    assert unseal(controller.key, load(text)["spec"]["encryptedData"][".dockerconfigjson"], LABELS[scope]) == expected


@given(name=st.sampled_from(["a", "1e3", "on", "a.b-c"]), home=st.sampled_from(["b", "0", "null"]))
def test_make_seals_for_the_name_and_the_namespace_that_are_read(controller: Controller, name: str, home: str) -> None:
    text = made(order(HARBOR, "", home=home, name=name), controller)
    assert opened(text, controller.key) == {".dockerconfigjson": VALUE}
    assert [load(text)["metadata"][key] for key in ("name", "namespace")] == [name, home]


def test_make_seals_anew_each_time(controller: Controller) -> None:
    first, second = (made(order(HARBOR), controller) for _ in range(2))
    assert first != second
    assert opened(first, controller.key) == opened(second, controller.key)


def test_make_shows_no_password(controller: Controller) -> None:
    assert leaks(made(order(HARBOR), controller)) == []


def test_make_takes_the_registries_of_the_demand(controller: Controller) -> None:
    text = made(order(HUB, registries=("h.example",)), controller)
    assert opened(text, controller.key) == {".dockerconfigjson": VALUE}


# What a user says about scopes has to go with what is sealed for: the controller believes the annotations alone.
OWN_WORDS = {
    "the same": ("namespace-wide", {"sealedsecrets.bitnami.com/namespace-wide": "true"}),
    "not so": ("namespace-wide", {"sealedsecrets.bitnami.com/namespace-wide": "false"}),
    "another switched off": ("strict", {"sealedsecrets.bitnami.com/cluster-wide": "false"}),
    "something else": ("strict", {"sealedsecrets.bitnami.com/managed": "true"}),
}


def annotated(scope: Scope, annotations: dict[str, str]) -> PullSecret:
    return scoped(scope)._replace(annotations=tuple(annotations.items()))


@pytest.mark.parametrize(("scope", "annotations"), OWN_WORDS.values(), ids=OWN_WORDS)
def test_make_is_opened_whatever_is_annotated(
    scope: Scope, annotations: dict[str, str], controller: Controller
) -> None:
    text = made(order(annotated(scope, annotations)), controller)
    assert opened(text, controller.key) == {".dockerconfigjson": VALUE}
    assert load(text)["metadata"]["annotations"] == annotations | scope_annotations(scope) | FOR_H


WIDER = {
    "wider than strict": ("strict", {"sealedsecrets.bitnami.com/namespace-wide": "true"}),
    "cluster-wide, not strict": ("strict", {"sealedsecrets.bitnami.com/cluster-wide": "true"}),
    "wider than the namespace": ("namespace-wide", {"sealedsecrets.bitnami.com/cluster-wide": "true"}),
}


@pytest.mark.parametrize(("scope", "annotations"), WIDER.values(), ids=WIDER)
def test_make_is_opened_where_a_wider_scope_is_annotated(
    scope: Scope, annotations: dict[str, str], controller: Controller
) -> None:
    text = made(order(annotated(scope, annotations)), controller)
    assert opened(text, controller.key) == {".dockerconfigjson": VALUE}


# -- what is refused --------------------------------------------------------------------------------------------------

NOWHERE = (
    "pull secret harbor-pull: a Secret without a namespace cannot be sealed with scope {}, only cluster-wide; "
    "say where it goes with --namespace or spec.defaultNamespace"
)


@pytest.mark.parametrize("scope", ["strict", "namespace-wide"])
def test_make_says_what_to_do_without_a_namespace(scope: Scope, controller: Controller) -> None:
    error = refusal(order(scoped(scope), "", files={FILE: controller.pem}))
    assert str(error) == NOWHERE.format(scope)
    assert error.missing == (str(error),)


def test_make_goes_by_the_namespace_first() -> None:
    assert str(refusal(order(HARBOR, "", files={FILE: b"garbage"}))) == NOWHERE.format("strict")


FETCH = "`kubeseal --fetch-cert` prints the one to use"
REFUSED: dict[str, tuple[bytes | Exception, str]] = {
    "missing": (
        FileNotFoundError(2, "No such file or directory"),
        f"the certificate {FILE} cannot be read (No such file or directory)",
    ),
    "a folder": (IsADirectoryError(21, "Is a directory"), f"the certificate {FILE} cannot be read (Is a directory)"),
    "no reason": (OSError(), f"the certificate {FILE} cannot be read"),
    "a path that no file has": (ValueError("embedded null byte"), f"the certificate {FILE} cannot be read"),
    "empty": (b"", f"no certificate in PEM was found; {FETCH} ({FILE})"),
    "garbage": (b"\0\xff garbage", f"no certificate in PEM was found; {FETCH} ({FILE})"),
    "cut short": (
        b"-----BEGIN CERTIFICATE-----\nMIIB\n",
        f"the certificate is damaged or cut short; {FETCH} ({FILE})",
    ),
    "a weak key": (SHORT, f"the key of the certificate has 512 bits, too few to be safe; {FETCH} ({FILE})"),
    "an elliptic curve": (
        pem_of(ec.generate_private_key(ec.SECP256R1())),
        f"the certificate has no usable RSA key, which sealed-secrets needs; {FETCH} ({FILE})",
    ),
}


@in_each_scope
@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_make_names_a_certificate_that_cannot_be_used(content: bytes | Exception, message: str, scope: Scope) -> None:
    error = refusal(order(scoped(scope), files={FILE: content}))
    assert str(error) == f"pull secret harbor-pull: {message}"
    assert error.missing == (str(error),)


def test_make_takes_no_private_key_for_a_certificate(controller: Controller) -> None:
    pem = private_pem(controller.key, PrivateFormat.PKCS8)
    error = refusal(order(HARBOR, files={FILE: pem}))
    assert str(error) == (
        "pull secret harbor-pull: a private key, which only the controller should have, and no certificate; "
        f"{FETCH} ({FILE})"
    )
    assert not [line for line in pem.decode().splitlines() if line in told(error) + held(error)]


def test_make_names_a_certificate_that_expired(controller: Controller) -> None:
    pem = pem_of(controller.key, since=NOW - timedelta(days=2), until=NOW - timedelta(days=1))
    assert str(refusal(order(HARBOR, files={FILE: pem}))) == (
        f"pull secret harbor-pull: the certificate expired on 2026-02-28; {FETCH} ({FILE})"
    )
    assert make(order(HARBOR, files={FILE: pem}, now=NOW - timedelta(days=1)))


@pytest.mark.parametrize("content", [b"garbage", SHORT], ids=["garbage", "a weak key"])
def test_make_names_the_certificate_where_no_namespace_is_wanted(content: bytes) -> None:
    error = refusal(order(scoped("cluster-wide"), "", files={FILE: content}))
    assert str(error).endswith(f"; {FETCH} ({FILE})")


def test_make_says_what_to_install(controller: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    error = refusal(order(HARBOR, files={FILE: controller.pem}))
    assert str(error).startswith(
        "pull secret harbor-pull: sealing needs the package cryptography: pip install 'repoint[seal]'"
    )


def test_make_shows_no_password_where_it_cannot_seal(controller: Controller) -> None:
    der = bytearray(issue(controller.key).public_bytes(Encoding.DER))
    der[der.index(EXPONENT) - 1] ^= 1  # an even modulus, with which nothing can be encrypted
    error = refusal(order(HARBOR, files={FILE: armored(bytes(der))}))
    assert str(error) == f"pull secret harbor-pull: the certificate is damaged or cut short; {FETCH} ({FILE})"
    assert leaks(told(error)) == leaks(held(error)) == []


# -- the real thing ---------------------------------------------------------------------------------------------------


def kubeseal(home: Path, *arguments: str | Path, stdin: str) -> str:
    """What kubeseal prints, out of reach of any cluster."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "KUBECONFIG": os.devnull}
    done = subprocess.run(["kubeseal", *arguments], env=environment, input=stdin, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs("kubeseal")
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("is_legacy", [False, True], ids=["dockerconfigjson", "dockercfg"])
def test_kubeseal_opens_what_is_made(scope: Scope, is_legacy: bool, controller: Controller, tmp_path: Path) -> None:
    secret = scoped(scope)._replace(
        labels=(("on", "yes"),), annotations=(("json", '{"a": 1}\n'),), immutable=True, is_legacy=is_legacy
    )
    (tmp_path / "key.pem").write_bytes(private_pem(controller.key, PrivateFormat.PKCS8))
    recovery = ("--recovery-unseal", "--recovery-private-key", tmp_path / "key.pem")
    found = json.loads(kubeseal(tmp_path, *recovery, stdin=made(order(secret), controller)))
    assert {key: found["metadata"][key] for key in ("name", "namespace", "labels", "annotations")} == {
        "name": "harbor-pull",
        "namespace": "shop",
        "labels": {"on": "yes"},
        "annotations": {"json": '{"a": 1}\n'} | scope_annotations(scope) | FOR_H,
    }
    [(key, value)] = found["data"].items()
    auths = {"h.example": LOGIN}
    assert (key, b64decode(value)) == (
        (".dockercfg", dockercfg(auths)) if is_legacy else (".dockerconfigjson", dockerconfigjson(auths))
    )
    assert (found["type"], found["immutable"]) == (f"kubernetes.io/{key.removeprefix('.')}", True)


@needs("kubeseal")
def test_kubeseal_makes_the_same_of_the_secret(controller: Controller, tmp_path: Path) -> None:
    secret = HARBOR._replace(labels=(("team", "shop"),), annotations=(("by", "ops"),), immutable=True)
    [plain] = make(order(secret._replace(emit="Secret")))
    (tmp_path / "cert.pem").write_bytes(controller.pem)
    for scope in SCOPES:
        arguments = ("--cert", tmp_path / "cert.pem", "--scope", scope, "--format", "json")
        theirs = json.loads(kubeseal(tmp_path, *arguments, stdin=plain))
        ours = load(made(order(scoped(scope, secret)), controller))
        assert opened(json.dumps(theirs), controller.key) == opened(json.dumps(ours), controller.key)
        for each in (theirs, ours):
            del each["spec"]["encryptedData"]
        # The annotation of the registries is our own, and that kubeseal says labels and annotations in the template
        # alone, but for those of the scope, is its.
        del ours["spec"]["template"]["metadata"]["annotations"]["repoint.dev/registries"]
        assert stripped(ours["spec"]) == stripped(theirs["spec"])
        for name in ("by", "repoint.dev/registries"):
            ours["metadata"]["annotations"].pop(name, None)
        del ours["metadata"]["labels"]
        assert stripped(ours["metadata"]) == stripped(theirs["metadata"])


def stripped(value: Any) -> Any:
    """Return data without what Go writes of nothing: nulls and empty mappings."""
    if not isinstance(value, dict):
        return value
    return {key: each for key, each in ((key, stripped(each)) for key, each in value.items()) if each not in (None, {})}


def test_the_password_is_one_that_leaks_would_show() -> None:
    assert leaks(VALUE) != []
    assert PASSWORD.encode() in VALUE
