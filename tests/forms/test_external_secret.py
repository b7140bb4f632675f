"""ExternalSecrets byte by byte, and what their templates come to once the operator fills them in.

Every field is one of external-secrets' CustomResourceDefinitions, v1 and for generators v1alpha1.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest
from forms.orders import make, order
from hypothesis import given
from hypothesis import strategies as st
from passwords import AWKWARD_PASSWORD, PASSWORD
from ruamel.yaml import YAML

from transformer.config import External, PullSecret, RemoteKey
from transformer.config_file import parse_config
from transformer.dockerconfig import Credentials, dockerconfigjson
from transformer.errors import ConfigError
from transformer.forms.order import Order

PAIR = (RemoteKey("username", "registries/harbor", "username"), RemoteKey("password", "registries/harbor", "password"))
STORE = External("SecretStore", "vault", PAIR)
HARBOR = PullSecret("harbor-pull", ("h.example",), emit="ExternalSecret", external=STORE)
HUB = HARBOR._replace(registries=("quay.io/team", "https://index.docker.io/v1/", "*.gcr.io"))

# What stands for a login in the expected texts.
LOGIN = (
    '{"username":{{ .username | toJson }},"password":{{ .password | toJson }},'
    '"auth":{{ printf "%s:%s" .username .password | b64enc | toJson }}}'
)


def from_generator(kind: str, spec: dict[str, Any] | None = None, refresh: str = "") -> PullSecret:
    said = "" if spec is None else json.dumps(spec)
    return HARBOR._replace(external=External(kind, "token", spec=said, refresh=refresh))


def from_store(*remote: RemoteKey, kind: str = "SecretStore", refresh: str = "") -> PullSecret:
    return HARBOR._replace(external=External(kind, "vault", remote, refresh=refresh))


STORES: dict[str, tuple[Order, str]] = {
    "a pair of keys": (
        order(HARBOR),
        """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: harbor-pull
  namespace: shop
spec:
  refreshInterval: "1h"
  secretStoreRef:
    name: vault
    kind: SecretStore
  data:
  - secretKey: username
    remoteRef:
      key: registries/harbor
      property: username
  - secretKey: password
    remoteRef:
      key: registries/harbor
      property: password
  target:
    name: harbor-pull
    template:
      type: kubernetes.io/dockerconfigjson
      data:
        .dockerconfigjson: |-
          {"auths":{"h.example":LOGIN}}
""",
    ),
    "keys without property, with versions, every other hour": (
        order(
            from_store(
                RemoteKey("username", "harbor-user", version="1"),
                RemoteKey("password", "harbor-password", version="latest"),
                kind="ClusterSecretStore",
                refresh="2h30m",
            )
        ),
        """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: harbor-pull
  namespace: shop
spec:
  refreshInterval: "2h30m"
  secretStoreRef:
    name: vault
    kind: ClusterSecretStore
  data:
  - secretKey: username
    remoteRef:
      key: harbor-user
      version: "1"
  - secretKey: password
    remoteRef:
      key: harbor-password
      version: latest
  target:
    name: harbor-pull
    template:
      type: kubernetes.io/dockerconfigjson
      data:
        .dockerconfigjson: |-
          {"auths":{"h.example":LOGIN}}
""",
    ),
    "a whole docker config": (
        order(from_store(RemoteKey("dockerconfigjson", "harbor", "config", "v2")), ""),
        """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: harbor-pull
spec:
  refreshInterval: "1h"
  secretStoreRef:
    name: vault
    kind: SecretStore
  data:
  - secretKey: dockerconfigjson
    remoteRef:
      key: harbor
      property: config
      version: v2
  target:
    name: harbor-pull
    template:
      type: kubernetes.io/dockerconfigjson
      data:
        .dockerconfigjson: "{{ .dockerconfigjson }}"
""",
    ),
    "several registries, those in use": (
        order(HUB, registries=("quay.io/team", "https://index.docker.io/v1/")),
        """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: harbor-pull
  namespace: shop
spec:
  refreshInterval: "1h"
  secretStoreRef:
    name: vault
    kind: SecretStore
  data:
  - secretKey: username
    remoteRef:
      key: registries/harbor
      property: username
  - secretKey: password
    remoteRef:
      key: registries/harbor
      property: password
  target:
    name: harbor-pull
    template:
      type: kubernetes.io/dockerconfigjson
      data:
        .dockerconfigjson: |-
          {"auths":{"https://index.docker.io/v1/":LOGIN,"quay.io/team":LOGIN}}
""",
    ),
    "labels, annotations, immutable, another name": (
        order(
            HARBOR._replace(
                labels=(("team", "shop"), ("on", "1")),
                annotations=(("argocd.argoproj.io/sync-wave", "-1"),),
                immutable=True,
            ),
            name="shop-pull",
        ),
        """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: shop-pull
  namespace: shop
  labels:
    team: shop
    "on": "1"
  annotations:
    argocd.argoproj.io/sync-wave: "-1"
spec:
  refreshInterval: "1h"
  secretStoreRef:
    name: vault
    kind: SecretStore
  data:
  - secretKey: username
    remoteRef:
      key: registries/harbor
      property: username
  - secretKey: password
    remoteRef:
      key: registries/harbor
      property: password
  target:
    name: shop-pull
    immutable: true
    template:
      type: kubernetes.io/dockerconfigjson
      metadata:
        labels:
          team: shop
          "on": "1"
        annotations:
          argocd.argoproj.io/sync-wave: "-1"
      data:
        .dockerconfigjson: |-
          {"auths":{"h.example":LOGIN}}
""",
    ),
    "labels alone, in the namespace that pods say": (
        order(HARBOR._replace(labels=(("team", "shop"),)), "", home="shop"),
        """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: harbor-pull
  labels:
    team: shop
spec:
  refreshInterval: "1h"
  secretStoreRef:
    name: vault
    kind: SecretStore
  data:
  - secretKey: username
    remoteRef:
      key: registries/harbor
      property: username
  - secretKey: password
    remoteRef:
      key: registries/harbor
      property: password
  target:
    name: harbor-pull
    template:
      type: kubernetes.io/dockerconfigjson
      metadata:
        labels:
          team: shop
      data:
        .dockerconfigjson: |-
          {"auths":{"h.example":LOGIN}}
""",
    ),
}


@pytest.mark.parametrize(("ordered", "expected"), STORES.values(), ids=STORES)
def test_make_points_at_a_store(ordered: Order, expected: str) -> None:
    assert make(ordered) == [expected.replace("LOGIN", LOGIN)]


FROM_GENERATOR = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: harbor-pull
  namespace: shop
spec:
  refreshInterval: "REFRESH"
  dataFrom:
  - sourceRef:
      generatorRef:
        apiVersion: generators.external-secrets.io/v1alpha1
        kind: KIND
        name: token
  target:
    name: harbor-pull
    template:
      type: kubernetes.io/dockerconfigjson
      data:
        .dockerconfigjson: |-
          {"auths":{"h.example":LOGIN}}
"""
GENERATOR = """\
apiVersion: generators.external-secrets.io/v1alpha1
kind: KIND
metadata:
  name: token
  namespace: shop
"""

# How often tokens are renewed, a spec, and how it is written.
GENERATORS = {
    "ECRAuthorizationToken": (
        "1h",
        {
            "region": "eu-central-1",
            "role": "arn:aws:iam::123456789012:role/pull",
            "auth": {"jwt": {"serviceAccountRef": {"name": "ecr-pull", "audiences": ["sts.amazonaws.com"]}}},
        },
        """\
spec:
  region: eu-central-1
  role: arn:aws:iam::123456789012:role/pull
  auth:
    jwt:
      serviceAccountRef:
        name: ecr-pull
        audiences:
        - sts.amazonaws.com
""",
    ),
    "GCRAccessToken": (
        "30m",
        {
            "projectID": "123456",
            "auth": {
                "workloadIdentity": {
                    "serviceAccountRef": {"name": "gcr-pull"},
                    "clusterLocation": "europe-west3",
                    "clusterName": "on",
                }
            },
        },
        """\
spec:
  projectID: "123456"
  auth:
    workloadIdentity:
      serviceAccountRef:
        name: gcr-pull
      clusterLocation: europe-west3
      clusterName: "on"
""",
    ),
    "ACRAccessToken": (
        "1h",
        {
            "tenantId": "11111111-2222-3333-4444-555555555555",
            "registry": "shop.azurecr.io",
            "scope": "repository:shop/web:pull",
            "environmentType": "PublicCloud",
            "auth": {"managedIdentity": {"identityId": "22222222-3333-4444-5555-666666666666"}},
        },
        """\
spec:
  tenantId: "11111111-2222-3333-4444-555555555555"
  registry: shop.azurecr.io
  scope: repository:shop/web:pull
  environmentType: PublicCloud
  auth:
    managedIdentity:
      identityId: "22222222-3333-4444-5555-666666666666"
""",
    ),
}
REFRESHED = {kind: refresh for kind, (refresh, _, _) in GENERATORS.items()} | {"ClusterGenerator": "1h"}


def filled(text: str, kind: str, refresh: str = "1h") -> str:
    return text.replace("KIND", kind).replace("REFRESH", refresh).replace("LOGIN", LOGIN)


@pytest.mark.parametrize(("kind", "refresh"), REFRESHED.items(), ids=REFRESHED)
def test_make_points_at_a_generator_that_exists(kind: str, refresh: str) -> None:
    assert make(order(from_generator(kind))) == [filled(FROM_GENERATOR, kind, refresh)]
    assert make(order(from_generator(kind, refresh="5m"))) == [filled(FROM_GENERATOR, kind, "5m")]


@pytest.mark.parametrize("kind", GENERATORS)
def test_make_writes_a_generator_before_what_points_at_it(kind: str) -> None:
    refresh, spec, written = GENERATORS[kind]
    assert make(order(from_generator(kind, spec))) == [
        filled(GENERATOR, kind) + written,
        filled(FROM_GENERATOR, kind, refresh),
    ]


def test_make_says_of_both_and_not_of_the_secret_what_is_needed_to_be_there_early() -> None:
    secret = from_generator("ECRAuthorizationToken", {})._replace(annotations=(("note", "mine"),))
    generator, external = make(order(secret, annotations=(("helm.sh/hook", "pre-install"),)))
    early = "    helm.sh/hook: pre-install\n"
    assert generator == filled(GENERATOR, "ECRAuthorizationToken") + f"  annotations:\n{early}spec: {{}}\n"
    assert f"  namespace: shop\n  annotations:\n    note: mine\n{early}spec:\n" in external
    assert "        annotations:\n          note: mine\n      data:\n" in external


def test_make_writes_a_generator_without_a_namespace_where_pods_name_none() -> None:
    generator, external = make(order(from_generator("ECRAuthorizationToken", {"region": "eu-central-1"}), "", home="b"))
    assert generator == (
        "apiVersion: generators.external-secrets.io/v1alpha1\n"
        "kind: ECRAuthorizationToken\n"
        "metadata:\n"
        "  name: token\n"
        "spec:\n"
        "  region: eu-central-1\n"
    )
    assert "namespace" not in external


def test_make_writes_an_empty_generator() -> None:
    generator, _ = make(order(from_generator("ECRAuthorizationToken", {})))
    assert generator == filled(GENERATOR, "ECRAuthorizationToken") + "spec: {}\n"


CLUSTER = {"kind": "ECRAuthorizationToken", "generator": {"ecrAuthorizationTokenSpec": {"region": "eu-central-1"}}}


def test_make_writes_one_cluster_generator_for_all_namespaces() -> None:
    first, second = (make(order(from_generator("ClusterGenerator", CLUSTER), name)) for name in ("shop", "mail"))
    assert first[0] == second[0]
    assert first[0] == (
        "apiVersion: generators.external-secrets.io/v1alpha1\n"
        "kind: ClusterGenerator\n"
        "metadata:\n"
        "  name: token\n"
        "spec:\n"
        "  kind: ECRAuthorizationToken\n"
        "  generator:\n"
        "    ecrAuthorizationTokenSpec:\n"
        "      region: eu-central-1\n"
    )


def test_make_leaves_out_what_is_null() -> None:
    generator, _ = make(order(from_generator("ECRAuthorizationToken", {"region": "a-b", "role": None, "n": [1, True]})))
    assert generator == filled(GENERATOR, "ECRAuthorizationToken") + 'spec:\n  region: a-b\n  "n":\n  - 1\n  - true\n'


@pytest.mark.parametrize("kind", REFRESHED)
def test_make_takes_no_credentials(kind: str) -> None:
    assert make(order(from_generator(kind))._replace(auths={})) == make(order(from_generator(kind)))
    assert make(order(HARBOR)._replace(auths={})) == make(order(HARBOR))


# -- the older type ---------------------------------------------------------------------------------------------------

CONFIG = """\
apiVersion: repoint.dev/v1alpha1
kind: MirrorConfig
spec:
  pullSecrets:
  - name: harbor-pull
    registries: [h.example]
    emit: ExternalSecret
    legacyFormat: true
    externalSecret: {generator: {kind: GCRAccessToken, name: token}}
"""


def test_no_config_asks_for_the_older_type() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(CONFIG, file="repoint.yaml")
    assert str(caught.value) == (
        "repoint.yaml:8:19: spec.pullSecrets[0].legacyFormat: legacyFormat goes with emit: Secret or SealedSecret"
    )
    assert parse_config(CONFIG.replace("    legacyFormat: true\n", ""), file="repoint.yaml").pull_secrets


# -- what the operator makes of it ------------------------------------------------------------------------------------

ACTION = re.compile(r"\{\{ (.+?) \}\}")
FIELDS = {
    ".username": ["username"],
    ".password": ["password"],
    ".dockerconfigjson": ["dockerconfigjson"],
    'printf "%s:%s" .username .password': ["username", "password"],
}
FUNCTIONS = {"toJson": json.dumps, "b64enc": lambda text: b64encode(text.encode()).decode()}


def rendered(template: str, values: Mapping[str, str]) -> str:
    """Stand in for Go's text/template with sprig's functions, as far as these templates go; a lack is a KeyError."""

    def run(action: re.Match[str]) -> str:
        first, *functions = action[1].split(" | ")
        text = json.loads(first) if first.startswith('"') else ":".join(values[field] for field in FIELDS[first])
        for function in functions:
            text = FUNCTIONS[function](text)
        return text

    return ACTION.sub(run, template)


def stored(ordered: Order, values: Mapping[str, str]) -> Any:
    """What the Secret holds for which the operator finds these values."""
    target = YAML(typ="safe", pure=True).load(make(ordered)[-1])["spec"]["target"]
    assert target["name"] == ordered.demand.name
    assert list(target["template"]["data"]) == [".dockerconfigjson"]
    return json.loads(rendered(target["template"]["data"][".dockerconfigjson"], values))


REGISTRIES = {
    "one": ("h.example",),
    "several": HUB.registries,
    "what JSON and templates escape": ('h"x.example', "h.example/a\\b", "ünï.example", "h.example/<&>", "😀.example"),
}


@pytest.mark.parametrize("registries", REGISTRIES.values(), ids=REGISTRIES)
@pytest.mark.parametrize("password", [PASSWORD, AWKWARD_PASSWORD, "", "a\\n\n\t{{ .x }}", "😀\u2028"], ids=range(5))
def test_the_operator_makes_the_docker_config(registries: tuple[str, ...], password: str) -> None:
    found = stored(order(HARBOR, registries=registries), {"username": "robot$ci", "password": password})
    login = Credentials(b"robot$ci", password.encode())
    assert found == json.loads(dockerconfigjson(dict.fromkeys(registries, login)))
    assert list(found["auths"]) == sorted(registries)


@pytest.mark.parametrize("kind", REFRESHED)
def test_the_operator_makes_it_of_what_is_generated(kind: str) -> None:
    generated = {"username": "AWS", "password": "token", "proxy_endpoint": "https://h.example", "expires_at": "1"}
    found = stored(order(from_generator(kind)), generated)
    assert found == json.loads(dockerconfigjson({"h.example": Credentials(b"AWS", b"token")}))


def test_the_operator_takes_a_whole_docker_config_as_it_is() -> None:
    whole = '{"auths": {"h.example": {"auth": "dTpw"}}, "{{ .x }}": 1}'
    assert stored(order(from_store(RemoteKey("dockerconfigjson", "k"))), {"dockerconfigjson": whole}) == json.loads(
        whole
    )


@given(st.text(), st.text())
def test_the_operator_makes_it_of_any_login(username: str, password: str) -> None:
    found = stored(order(HARBOR), {"username": username, "password": password})
    assert found == json.loads(dockerconfigjson({"h.example": Credentials(username.encode(), password.encode())}))


# The operator takes these, too, for templates.
PARTS = ("labels", "annotations")
BRACES = {
    "a label": {"labels": (("team", "{{ team }}"),)},
    "an annotation": {"annotations": (("checksum", "{{ .Values.checksum }}"),)},
    "a registry": {"registries": ("h.example/{{ team }}",)},
}


@pytest.mark.parametrize("said", BRACES.values(), ids=BRACES)
def test_the_operator_says_what_the_config_says(said: dict[str, Any]) -> None:
    secret = HARBOR._replace(**said)
    values = {"username": "robot$ci", "password": PASSWORD}
    template = YAML(typ="safe", pure=True).load(make(order(secret))[-1])["spec"]["target"]["template"]
    metadata = template.get("metadata", {})
    found = [{key: rendered(text, values) for key, text in metadata.get(part, {}).items()} for part in PARTS]
    assert found == [dict(secret.labels), dict(secret.annotations)]
    assert list(stored(order(secret), values)["auths"]) == list(secret.registries)
