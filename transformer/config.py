"""The config as frozen values: what a MirrorConfig says, once it has been found right."""

from __future__ import annotations

from typing import Literal, NamedTuple


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


class Config(NamedTuple):
    """A whole config; hashable, so that what is compiled from it can be kept.

    `folder` is the one against which the files of credentials are resolved.
    """

    name: str = ""
    mirrors: tuple[Mirror, ...] = ()
    keep: tuple[str, ...] = ()
    images: tuple[ImageOverride, ...] = ()
    unmapped: Literal["warn", "error", "allow"] = "warn"
    pull_secrets: tuple[PullSecret, ...] = ()
    folder: str = ""
