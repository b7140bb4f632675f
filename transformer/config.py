"""The config as frozen values: what a MirrorConfig says, once it has been found right."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Holds: TypeAlias = Literal[
    "image", "prefix", "url", "pullSecrets", "pullSecretNames", "pullSecretName", "pullSecretRef"
]
AttachTo: TypeAlias = Literal["pods", "serviceAccounts", "none"]
Emit: TypeAlias = Literal["Secret", "SealedSecret", "ExternalSecret", "template", "none"]
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
    """Where user names and passwords come from.

    With `env` and `files`, `username`, `password` and `email` are names of variables or paths of files. With
    `dockerConfig`, `path` is that of a `config.json`, or empty for the one the docker CLI would read. With
    `credentialHelper`, `helper` is what follows `docker-credential-` in the name of a program.
    """

    kind: Literal["env", "files", "dockerConfig", "credentialHelper"]
    username: str = ""
    password: str = ""
    email: str = ""
    path: str = ""
    helper: str = ""


class Sealing(NamedTuple):
    """The file of the certificate that a SealedSecret is made with, and where it can be opened."""

    certificate: str
    scope: Literal["strict", "namespace-wide", "cluster-wide"] = "strict"


class RemoteKey(NamedTuple):
    """Where a store keeps a value: which value that is, and the store's key, property and version."""

    holds: str
    key: str
    prop: str = ""
    version: str = ""


class External(NamedTuple):
    """What an ExternalSecret is made from: a store (kind and name) and its keys, or a generator (kind and name).

    `spec` is that of a generator that is to be emitted too, as JSON, and empty where it exists already.
    """

    kind: str
    name: str
    remote: tuple[RemoteKey, ...] = ()
    spec: str = ""
    refresh: str = ""

    @property
    def is_generator(self) -> bool:
        """Whether the credentials are generated, rather than kept in a store."""
        return not self.remote

    @property
    def is_of_cluster(self) -> bool:
        """Whether the generator is one for all namespaces."""
        return self.kind == "ClusterGenerator"


class PullSecret(NamedTuple):
    """A Secret, the registries it opens (keys as the kubelet matches them), and what is made of it.

    `name` may be a Jinja2 template. `hashed` is who would give the name the same suffix. With `is_whole` a Secret
    holds all registries, else those that its namespace uses. `existing` is what becomes of one that the input has.
    """

    name: str
    registries: tuple[str, ...]
    attach_to: AttachTo = "pods"
    credentials: CredentialSource | None = None
    emit: Emit = "none"
    emit_accounts: bool = False
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    immutable: bool = False
    is_legacy: bool = False
    hashed: Literal["", "kubectl", "kustomize"] = ""
    is_whole: bool = False
    existing: Literal["keep", "update", "error"] = "keep"
    sealing: Sealing | None = None
    external: External | None = None
    template: str = ""


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
    documents that are no Kubernetes objects are Helm values, and with `marker` objects are marked with `name`.
    `default_namespace` is where objects go that name none; empty where that is not known. `application` is what is
    rewritten, where a host has a name for it. `folder` is the one against which the files of credentials are resolved.
    `warnings` are what is worth saying of the config itself, each as `file:line:column: warning: ...`.
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
    marker: bool = False
    default_namespace: str = ""
    application: str = ""
    folder: str = ""
    warnings: tuple[str, ...] = ()

    def home(self, namespace: str) -> str:
        """Return the namespace in which an object ends that says `namespace`; empty where that is not known."""
        return namespace or self.default_namespace
