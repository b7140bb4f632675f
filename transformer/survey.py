"""What has to be known of a whole input before any of it is rewritten: its accounts and its Secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Table
from contextlib import suppress
from typing import NamedTuple

from transformer.config import Config
from transformer.crds import is_schema
from transformer.documents import split
from transformer.errors import ManifestSyntaxError
from transformer.nodes import Node, compose, get
from transformer.resources import IMAGE_PULL_SECRETS, pull_secret_names, resources

Accounts = Table[tuple[str, str], tuple[str, ...]]
"""The imagePullSecrets of the ServiceAccounts in the input, by (namespace, name)."""


class Survey(NamedTuple):
    """What has to be known of a whole input before any of it is rewritten."""

    accounts: Accounts
    secrets: frozenset[tuple[str, str]]


def survey(texts: Iterable[str], config: Config) -> Survey:
    """Return what the rules of `config` have to know of a whole input."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    secrets: set[tuple[str, str]] = set()
    emitted = [secret.name for secret in config.pull_secrets if secret.emit]

    def tells(text: str) -> bool:
        is_account = "ServiceAccount" in text and IMAGE_PULL_SECRETS in text
        return is_account or ("Secret" in text and any(name in text for name in emitted))

    for root in _roots(texts if config.pull_secrets else (), tells):
        found.update(_accounts(root))
        secrets.update(
            (each.namespace, each.name) for each in resources(root) if (each.group, each.kind) == ("", "Secret")
        )
    return Survey(found, frozenset(secrets))


def _roots(texts: Iterable[str], tells: Callable[[str], bool]) -> Iterator[Node | None]:
    """Yield the roots of the documents in `texts` that `tells` takes, schemas and unreadable ones left out."""
    for text in filter(tells, texts):
        for document in split(text):
            if tells(document.text) and not is_schema(document.text):
                with suppress(ManifestSyntaxError):
                    yield compose(document.text)


def _accounts(root: Node | None) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """Yield (namespace, name) and the imagePullSecrets of each ServiceAccount under a document's root."""
    for resource in resources(root):
        if (resource.group, resource.kind) == ("", "ServiceAccount"):
            names = tuple(pull_secret_names(get(resource.node, IMAGE_PULL_SECRETS)))
            if names:
                yield (resource.namespace, resource.name), names
