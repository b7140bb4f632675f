"""Recognize files of registry Secrets that this program made, which it may write anew without being told to."""

from __future__ import annotations

from transformer.config import Config
from transformer.dockerconfig import KEYS
from transformer.documents import split
from transformer.errors import ManifestSyntaxError
from transformer.hooks import WRITTEN
from transformer.nodes import Mapping, Node, compose, get, pairs, text_of
from transformer.pod_specs import contents
from transformer.resources import IMAGE_PULL_SECRETS, Resource, annotations_of, resources
from transformer.secret_names import is_hashed, secret_name
from transformer.survey import SECRET_MAKERS, is_account

_GENERATORS = "generators.external-secrets.io"


def holds_nothing_else(text: str, config: Config) -> bool:
    """Say whether `text` is a stream of what `config` could have made, and of nothing else."""
    try:
        roots = [root for document in split(text) if (root := compose(document.text)) is not None]
    except ManifestSyntaxError:
        return False
    found = [[*resources(root)] for root in roots]
    return all(each and all(_is_ours(resource, config) for resource in each) for each in found)


def _is_ours(resource: Resource, config: Config) -> bool:
    kind = (resource.group, resource.kind)
    if is_account(resource):
        return _is_bare(resource) and any(secret.emit_accounts for secret in config.pull_secrets)
    if resource.group == _GENERATORS:
        made = (each.external for each in config.pull_secrets if each.external is not None and each.external.spec)
        return any((external.kind, external.name) == (resource.kind, resource.name) for external in made)
    if kind == ("", "Secret") and text_of(get(resource.node, "type")) not in KEYS:
        return False
    names = {secret_name(secret, resource.namespace, config): secret for secret in config.pull_secrets}
    if kind in SECRET_MAKERS:
        return any(
            resource.name == name or (each.hashed and is_hashed(resource.name, name)) for name, each in names.items()
        )
    is_of_template = resource.name in names and names[resource.name].emit == "template"
    return is_of_template and not contents(resource).pod_specs


def _is_bare(account: Resource) -> bool:
    said = annotations_of(account)
    return (
        _has_only(account.node, "apiVersion", "kind", "metadata", IMAGE_PULL_SECRETS)
        and _has_only(get(account.node, "metadata"), "name", "namespace", "annotations")
        and (said is None or _has_only(said, *WRITTEN))
    )


def _has_only(node: Node | None, *keys: str) -> bool:
    return isinstance(node, Mapping) and {text_of(key) for key, _ in pairs(node)} <= {*keys}
