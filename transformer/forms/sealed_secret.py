"""A SealedSecret, which only the controller of one cluster can open: for a repository that others read.

     sealedSecret: {certificate: sealed-secrets.pem, scope: strict}

It is what `kubeseal` makes (sealed-secrets, pkg/apis/sealedsecrets/v1alpha1): the scope and, unless cluster-wide, the
namespace have to be said on the SealedSecret; its template is the Secret to be. An annotation says which registries it
is for, since nothing else that can be read does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from transformer import sealing
from transformer.authored import document
from transformer.config import Sealing
from transformer.credentials.reach import why_unreadable
from transformer.errors import CredentialsError
from transformer.forms.order import Form, Order, always, never
from transformer.survey import REGISTRIES


def make(order: Order) -> Iterator[str]:
    """Yield the SealedSecret, another one each time. Raises CredentialsError where it cannot be sealed."""
    if order.secret.sealing is None:
        return
    sealed, scope = _sealed(order, order.secret.sealing), order.secret.sealing.scope
    said = sealing.scope_annotations(scope) | {REGISTRIES: " ".join(order.demand.registries)}
    template = order.metadata(order.demand.home, said)
    template["annotations"] = _of_scope(scope, template["annotations"])
    metadata = template | {"annotations": template["annotations"] | dict(order.demand.annotations)}
    immutable = True if order.secret.immutable else None
    yield document(
        {
            "apiVersion": "bitnami.com/v1alpha1",
            "kind": "SealedSecret",
            "metadata": metadata,
            "spec": {
                "encryptedData": sealed,
                "template": {"metadata": template, "type": order.type, "immutable": immutable},
            },
        }
    )


def _sealed(order: Order, how: Sealing) -> dict[str, str]:
    try:
        label = sealing.label(how.scope, order.demand.home, order.demand.name)
    except sealing.SealingError as error:
        raise _wrong(order, f"{error}; say where it goes with --namespace or spec.defaultNamespace") from None
    try:
        certificate = sealing.certificate(order.reach.file(how.certificate), now=order.reach.now())
        return {key: sealing.seal(certificate, value, label) for key, value in order.data.items()}
    except sealing.SealingError as error:
        raise _wrong(order, f"{error} ({how.certificate})") from None
    except (OSError, ValueError) as error:
        raise _wrong(order, f"the certificate {how.certificate} {why_unreadable(error)}") from None


def _of_scope(scope: sealing.Scope, annotations: Mapping[str, str]) -> dict[str, str]:
    """Return annotations without those of other scopes, by which the controller could not open it."""
    others = [
        pair for each in get_args(sealing.Scope) if each != scope for pair in sealing.scope_annotations(each).items()
    ]
    return dict(pair for pair in annotations.items() if pair not in others)


def _wrong(order: Order, why: str) -> CredentialsError:
    return CredentialsError([f"pull secret {order.secret.name}: {why}"])


FORM = Form(make, needs_credentials=always, is_plain=never)
