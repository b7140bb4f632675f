"""Make the registry Secrets that the pods of an input need: one for each pull secret and namespace in use."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from transformer.config import Config, PullSecret
from transformer.dockerconfig import Credentials, dockerconfigjson
from transformer.documents import split
from transformer.errors import CredentialsError, ManifestSyntaxError
from transformer.findings import Finding
from transformer.node_edits import scalar_text
from transformer.nodes import compose, get, text_of
from transformer.resources import as_resource

_TYPE = "kubernetes.io/dockerconfigjson"
_IN_USE = {"attached", "present"}


class Demand(NamedTuple):
    """A Secret that has to exist: of which pull secret, in which namespace (empty: the one that is applied to)."""

    secret: PullSecret
    namespace: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.secret.name}" if self.namespace else self.secret.name


def demands(findings: Iterable[Finding], config: Config, present: Iterable[tuple[str, str]]) -> list[Demand]:
    """Return the Secrets to emit, ordered by pull secret and namespace.

    `present` are the (namespace, name) of the Secrets that the input has already; none of those is made again.
    """
    used = {(finding.namespace, finding.pull_secret) for finding in findings if finding.outcome in _IN_USE}
    wanted = used - set(present)
    return [
        Demand(secret, namespace)
        for secret in config.pull_secrets
        if secret.emit
        for namespace in sorted(namespace for namespace, name in wanted if name == secret.name)
    ]


def documents(wanted: Iterable[Demand], read: Callable[[str, str], bytes]) -> list[str]:
    """Return the text of a Secret document for each demand, each in the form `kubectl create secret` gives it.

    `read` returns the bytes of a source, "env" or "files", by its name, and raises KeyError or OSError where there
    is none. Raises CredentialsError naming every variable and file that is missing or empty.
    """
    wanted = list(wanted)
    credentials: dict[PullSecret, Credentials] = {}
    missing: list[str] = []
    for secret in dict.fromkeys(demand.secret for demand in wanted):
        try:
            credentials[secret] = _credentials(secret, read)
        except CredentialsError as error:
            missing += error.missing
    if missing:
        raise CredentialsError(missing)
    return [_document(demand, _dockerconfig(demand.secret, credentials)) for demand in wanted]


def holds_nothing_else(text: str, config: Config) -> bool:
    """Say whether `text` is a stream of registry Secrets that `config` could have made, and of nothing else."""
    names = {secret.name for secret in config.pull_secrets}
    try:
        roots = [root for document in split(text) if (root := compose(document.text)) is not None]
    except ManifestSyntaxError:
        return False
    objects = [as_resource(root) for root in roots]
    return all(
        each is not None
        and (each.group, each.kind) == ("", "Secret")
        and each.name in names
        and text_of(get(each.node, "type")) == _TYPE
        for each in objects
    )


def _credentials(secret: PullSecret, read: Callable[[str, str], bytes]) -> Credentials:
    source = secret.credentials
    values: dict[str, bytes] = {}
    missing: list[str] = []
    for field in ("username", "password", "email") if source else ():
        name: str = getattr(source, field)
        if not name:
            continue
        try:
            value = read(source.kind, name)  # type: ignore[union-attr]
        except (KeyError, OSError, ValueError) as error:  # the last: a path with a null character
            missing.append(_missing(secret, field, name, error))
            continue
        if not value:
            missing.append(_missing(secret, field, name, None))
        values[field] = value
    if missing:
        raise CredentialsError(missing)
    return Credentials(**values)


def _missing(secret: PullSecret, field: str, name: str, error: Exception | None) -> str:
    what = "environment variable" if secret.credentials and secret.credentials.kind == "env" else "file"
    reason = "is empty" if error is None else "is not set" if isinstance(error, KeyError) else "cannot be read"
    detail = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return f"pull secret {secret.name}: the {what} {name} for its {field} {reason}{detail}"


def _dockerconfig(secret: PullSecret, credentials: Mapping[PullSecret, Credentials]) -> bytes:
    return dockerconfigjson(dict.fromkeys(secret.registries, credentials[secret]))


def _document(demand: Demand, content: bytes) -> str:
    return "".join(f"{line}\n" for line in _lines(demand, base64.b64encode(content).decode("ascii")))


def _lines(demand: Demand, data: str) -> Iterator[str]:
    yield "apiVersion: v1"
    yield "kind: Secret"
    yield "metadata:"
    yield f"  name: {scalar_text(demand.secret.name, flow=False)}"
    if demand.namespace:
        yield f"  namespace: {scalar_text(demand.namespace, flow=False)}"
    yield f"type: {_TYPE}"
    yield "data:"
    yield f"  .dockerconfigjson: {data}"
