"""An ExternalSecret, from which the External Secrets Operator makes the Secret: out of a store, or of a generator.

     externalSecret:
       store: {name: vault, kind: ClusterSecretStore}
       remote:
         username: {key: registries/harbor, property: username}
         password: {key: registries/harbor, property: password}

     externalSecret:
       generator: {kind: ECRAuthorizationToken, name: ecr}      # with spec: made too, in each namespace

No credential comes near here; the operator's template puts them into the docker config (external-secrets, v1 API,
template engine v2, whose `toJson` and `b64enc` are sprig's).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from transformer.authored import document
from transformer.config import External
from transformer.dockerconfig import JSON, KEYS
from transformer.forms.order import Form, Order, never

_API, _GENERATORS = "external-secrets.io/v1", "generators.external-secrets.io/v1alpha1"
_WHOLE = "dockerconfigjson"
_LOGIN = (
    '"username":{{ .username | toJson }},"password":{{ .password | toJson }},'
    '"auth":{{ printf "%s:%s" .username .password | b64enc | toJson }}'
)
# A token of Google's is good for an hour, the others for longer.
_REFRESH, _REFRESH_BY_KIND = "1h", {"GCRAccessToken": "30m"}


def make(order: Order) -> Iterator[str]:
    """Yield the ExternalSecret, behind its generator where that is to be made."""
    external = order.secret.external
    if external is None:
        return
    early = dict(order.demand.annotations)
    if external.spec:
        namespace = None if external.is_of_cluster else order.demand.namespace or None
        yield document(
            {
                "apiVersion": _GENERATORS,
                "kind": external.kind,
                "metadata": {"name": external.name, "namespace": namespace, "annotations": early or None},
                "spec": json.loads(external.spec),
            }
        )
    yield document(
        {
            "apiVersion": _API,
            "kind": "ExternalSecret",
            "metadata": order.metadata(order.demand.namespace, early),
            "spec": {
                "refreshInterval": external.refresh or _REFRESH_BY_KIND.get(external.kind, _REFRESH),
                **_source(external),
                "target": _target(order, external),
            },
        }
    )


def _source(external: External) -> dict[str, Any]:
    if external.is_generator:
        reference = {"apiVersion": _GENERATORS, "kind": external.kind, "name": external.name}
        return {"dataFrom": [{"sourceRef": {"generatorRef": reference}}]}
    data = [
        {
            "secretKey": each.holds,
            "remoteRef": {"key": each.key, "property": each.prop or None, "version": each.version or None},
        }
        for each in external.remote
    ]
    return {"secretStoreRef": {"name": external.name, "kind": external.kind}, "data": data}


def _target(order: Order, external: External) -> dict[str, Any]:
    is_whole = any(each.holds == _WHOLE for each in external.remote)
    content = f"{{{{ .{_WHOLE} }}}}" if is_whole else _docker_config(order.demand.registries)
    metadata = order.metadata("")
    labels, annotations = _literal(metadata["labels"]), _literal(metadata["annotations"])
    return {
        "name": order.demand.name,
        "immutable": True if order.secret.immutable else None,
        "template": {
            "type": JSON,
            "metadata": {"labels": labels, "annotations": annotations} if labels or annotations else None,
            "data": {KEYS[JSON]: content},
        },
    }


def _docker_config(registries: tuple[str, ...]) -> str:
    entries = ",".join(f"{_escaped(json.dumps(key))}:{{{_LOGIN}}}" for key in sorted(registries))
    return f'{{"auths":{{{entries}}}}}'


def _literal(texts: Mapping[str, str] | None) -> dict[str, str] | None:
    """Return labels or annotations such that the operator, to which they are templates, makes these of them."""
    return {_escaped(name): _escaped(value) for name, value in (texts or {}).items()} or None


def _escaped(text: str) -> str:
    return text.replace("{{", '{{ "{{" }}')


FORM = Form(make, needs_credentials=never, is_plain=never)
