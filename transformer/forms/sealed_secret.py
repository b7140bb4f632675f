"""A SealedSecret, which only the controller of one cluster can open: for a repository that others read.

     sealedSecret: {certificate: sealed-secrets.pem, scope: strict}

What it looks like is what `kubeseal` makes (sealed-secrets, pkg/apis/sealedsecrets/v1alpha1): the scope and, but for a
cluster-wide one, the namespace have to be said on the SealedSecret; its template is the Secret to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from transformer import sealing
from transformer.authored import document
from transformer.errors import CredentialsError
from transformer.forms.order import Form, Order, always, never


def make(order: Order) -> Iterator[str]:
    """Yield the SealedSecret, another one each time. Raises CredentialsError where it cannot be sealed."""
    if order.secret.sealing is None:
        return
    file, scope = order.secret.sealing
    namespace = order.demand.home
    try:
        label = sealing.label(scope, namespace, order.demand.name)
    except sealing.SealingError as error:
        raise _wrong(order, f"{error}; say where it goes with --namespace or spec.defaultNamespace") from None
    try:
        certificate = sealing.certificate(order.reach.file(file), now=order.reach.now())
        sealed = {key: sealing.seal(certificate, value, label) for key, value in order.data.items()}
    except sealing.SealingError as error:
        raise _wrong(order, f"{error} ({file})") from None
    except (OSError, ValueError) as error:
        detail = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
        raise _wrong(order, f"the certificate {file} cannot be read{detail}") from None
    metadata = order.metadata(namespace, sealing.scope_annotations(scope))
    metadata["annotations"] = _of_scope(scope, metadata["annotations"])
    yield document(
        {
            "apiVersion": "bitnami.com/v1alpha1",
            "kind": "SealedSecret",
            "metadata": metadata,
            "spec": {
                "encryptedData": sealed,
                "template": {
                    "metadata": metadata,
                    "type": order.type,
                    "immutable": True if order.secret.immutable else None,
                },
            },
        }
    )


def _of_scope(scope: sealing.Scope, annotations: Mapping[str, str] | None) -> dict[str, str] | None:
    """Return annotations without those of other scopes, by which the controller could not open it."""
    others = [
        pair for each in get_args(sealing.Scope) if each != scope for pair in sealing.scope_annotations(each).items()
    ]
    return dict(pair for pair in (annotations or {}).items() if pair not in others) or None


def _wrong(order: Order, why: str) -> CredentialsError:
    return CredentialsError([f"pull secret {order.secret.name}: {why}"])


FORM = Form(make, needs_credentials=always, is_plain=never)
