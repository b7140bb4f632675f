"""The plain form: a Secret as `kubectl create secret docker-registry` makes it."""

from __future__ import annotations

from collections.abc import Iterator

from transformer.authored import document
from transformer.forms.order import Form, Order, always
from transformer.kustomize import is_hashed_by_kustomize
from transformer.secret_names import encoded


def make(order: Order) -> Iterator[str]:
    """Yield the Secret; the data is what others must not read.

    It is in lines, which kustomize hashes too, where kustomize makes the hash, so that this is the one of elsewhere.
    """
    wrap = is_hashed_by_kustomize(order.secret)
    yield document(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": order.metadata(order.demand.namespace, dict(order.demand.annotations)),
            "immutable": True if order.secret.immutable else None,
            "type": order.type,
            "data": {key: encoded(value, wrap=wrap) for key, value in order.data.items()},
        }
    )


FORM = Form(make, needs_credentials=always, is_plain=always)
