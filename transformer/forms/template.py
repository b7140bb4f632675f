"""A form of the user's own: a Jinja2 file, for a VaultStaticSecret, SOPS or whatever else leads to the Secret.

     template: vault-static-secret.yaml.j2

It is given `name`, `namespace`, `type`, `registries`, `labels` and `annotations`, and the credentials as `auths` (a
mapping of registries to username, password, email and auth) and `dockerconfigjson`; a file that uses neither of the two
needs no credentials. What it makes has to be Kubernetes objects of this namespace of which one says the name.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from transformer.config import PullSecret
from transformer.credentials.reach import Reach, why_unreadable
from transformer.dockerconfig import Credentials
from transformer.documents import split
from transformer.errors import CredentialsError, ManifestSyntaxError
from transformer.forms.order import Form, Order, content
from transformer.nodes import Node, compose, is_null
from transformer.resources import as_resource, texts_in
from transformer.templates import FileTemplate, InvalidTemplate, file_template

_PUBLIC = ("name", "namespace", "type", "registries", "labels", "annotations")
_SECRET = ("auths", "dockerconfigjson")


def make(order: Order) -> Iterator[str]:
    """Yield what the file makes. Raises CredentialsError where it fails or makes something else."""
    template = _template(order.secret, order.reach)
    try:
        text = template.render(_values(order))
    except InvalidTemplate as error:
        raise _wrong(order.secret, str(error)) from None
    if not _is_utf_8(text):
        raise _wrong(order.secret, "it writes a byte of a credential that is no UTF-8; encode it with b64encode")
    roots = [root for each in split(text) if (root := _root(order, each.text)) is not None]
    if not roots:
        raise _wrong(order.secret, "it makes no document")
    for root in roots:
        _check(order, root)
    if not any(order.demand.name in texts_in(root) for root in roots):
        raise _wrong(order.secret, f"nothing in it says the name {order.demand.name}, which pods refer to")
    yield text if text.endswith("\n") else f"{text}\n"


def uses_credentials(secret: PullSecret, reach: Reach) -> bool:
    """Say whether the file has the credentials in what it makes. Raises CredentialsError where it cannot be read."""
    return bool(_template(secret, reach).used & {*_SECRET})


def _is_utf_8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _template(secret: PullSecret, reach: Reach) -> FileTemplate:
    try:
        text = reach.file(secret.template).decode("utf-8")
    except UnicodeDecodeError:
        raise _wrong(secret, "it is no UTF-8 text") from None
    except (OSError, ValueError) as error:
        raise _wrong(secret, f"it {why_unreadable(error)}") from None
    try:
        return file_template(text, (*_PUBLIC, *_SECRET))
    except InvalidTemplate as error:
        raise _wrong(secret, str(error)) from None


def _values(order: Order) -> dict[str, Any]:
    return {
        "name": order.demand.name,
        "namespace": order.demand.namespace,
        "type": order.type,
        "registries": list(order.demand.registries),
        "labels": dict(order.secret.labels),
        "annotations": dict(order.secret.annotations + order.demand.annotations),
        "auths": {key: _login(each) for key, each in order.auths.items()},
        "dockerconfigjson": content(order.type, order.auths).decode("utf-8", "surrogateescape"),
    }


def _login(credentials: Credentials) -> dict[str, str]:
    auth = b64encode(credentials.username + b":" + credentials.password).decode("ascii")
    said = {name: value.decode("utf-8", "surrogateescape") for name, value in credentials._asdict().items()}
    return {**said, "auth": auth}


def _root(order: Order, text: str) -> Node | None:
    try:
        root = compose(text)
    except ManifestSyntaxError as error:
        line = error.line
    else:
        return None if root is None or is_null(root) else root
    # Not raised above, where the error would stay behind this one: its words can quote a credential.
    raise _wrong(order.secret, f"what it makes is not YAML, near line {line} of a document")


def _check(order: Order, root: Node) -> None:
    resource = as_resource(root)
    if resource is None or not resource.name:
        raise _wrong(order.secret, "what it makes is no Kubernetes object with apiVersion, kind and metadata.name")
    allowed = {order.demand.namespace, order.demand.home, ""}
    if resource.namespace not in allowed:
        wanted = order.demand.home or "none"
        raise _wrong(order.secret, f"what it makes says another namespace than {wanted}")


def _wrong(secret: PullSecret, why: str) -> CredentialsError:
    return CredentialsError([f"pull secret {secret.name}: the template {secret.template}: {why}"])


FORM = Form(make, needs_credentials=uses_credentials, is_plain=uses_credentials)
