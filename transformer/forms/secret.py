"""The plain form: a Secret as `kubectl create secret docker-registry` makes it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from transformer.authored import document
from transformer.forms.order import Form, Order, always


def make(order: Order) -> Iterator[str]:
    """Yield the Secret; the data is what others must not read."""
    yield document(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": order.metadata(order.demand.namespace, dict(order.demand.annotations)),
            "immutable": True if order.secret.immutable else None,
            "type": order.type,
            "data": {key: b64encode(value).decode("ascii") for key, value in order.data.items()},
        }
    )


FORM = Form(make, needs_credentials=always, is_plain=always)
