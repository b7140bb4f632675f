"""The config as frozen values: what a MirrorConfig says, once it has been found right."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Holds: TypeAlias = Literal[
    "image", "prefix", "url", "pullSecrets", "pullSecretNames", "pullSecretName", "pullSecretRef"
]
Likely: TypeAlias = Literal["args", "env", "annotations", "data", "values", "fields"]


class Mirror(NamedTuple):
    """A source, in the words of registries.conf, and where its repositories are mirrored.

    `source` is `domain[/path]`, `*.domain[/path]` for every subdomain, or `*` for what no other source covers.
    `target` is a prefix, or a Jinja2 template.
    """

    source: str
    target: str


class ImageOverride(NamedTuple):
    """What one image becomes, in the field names of kustomize's `images:`; empty where nothing is said."""

    name: str
    new_name: str = ""
    new_tag: str = ""
    digest: str = ""


class CredentialSource(NamedTuple):
    """Where a user name and a password (and an email) come from: environment variables, or files."""

    kind: Literal["env", "files"]
    username: str
    password: str
    email: str = ""


class PullSecret(NamedTuple):
    """A Secret, the registries it opens (keys as the kubelet matches them), and what is made of it."""

    name: str
    registries: tuple[str, ...]
    attach: bool = True
    credentials: CredentialSource | None = None
    emit: bool = False


class FieldSpec(NamedTuple):
    """Where a kind of the user's own keeps images or pull secrets, in the words of kustomize's field specs.

    `steps` are keys, `[*]` for every item of a list and `*` for every value of a mapping; `path` is how they were
    written. `group` is None for any and empty for the core group, `version` empty for any. `siblings` are the roles
    of keys beside the last one (registry, tag, digest) and their names.
    """

    kind: str
    steps: tuple[str, ...]
    path: str
    group: str | None = None
    version: str = ""
    holds: Holds = "image"
    siblings: tuple[tuple[str, str], ...] = ()
    optional: bool = False


class Config(NamedTuple):
    """A whole config; hashable, so that what is compiled from it can be kept.

    `likely` are the classes of text in which what is only likely an image is rewritten too. With `helm_values`,
    documents that are no Kubernetes objects are Helm values.
    `folder` is the one against which the files of credentials are resolved.
    """

    name: str = ""
    mirrors: tuple[Mirror, ...] = ()
    keep: tuple[str, ...] = ()
    images: tuple[ImageOverride, ...] = ()
    unmapped: Literal["warn", "error", "allow"] = "warn"
    pull_secrets: tuple[PullSecret, ...] = ()
    field_specs: tuple[FieldSpec, ...] = ()
    likely: tuple[Likely, ...] = ()
    helm_values: bool = False
    folder: str = ""
