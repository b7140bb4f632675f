"""What a form is given, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from transformer.config import PullSecret
from transformer.credentials.reach import Reach
from transformer.demands import Demand
from transformer.dockerconfig import JSON, KEYS, LEGACY, Credentials, dockercfg, dockerconfigjson


class Order(NamedTuple):
    """A Secret to make: the demand, its credentials by key, and how a host gets at files and the time."""

    demand: Demand
    auths: Mapping[str, Credentials]
    reach: Reach

    @property
    def secret(self) -> PullSecret:
        """The pull secret that is demanded."""
        return self.demand.secret

    @property
    def type(self) -> str:
        """The type of the Secret."""
        return type_of(self.secret)

    @property
    def data(self) -> dict[str, bytes]:
        """What the Secret holds."""
        return {KEYS[self.type]: content(self.type, self.auths)}

    def metadata(self, namespace: str, more: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the metadata of the Secret, with `more` annotations."""
        annotations = dict(self.secret.annotations) | dict(more or {})
        return {
            "name": self.demand.name,
            "namespace": namespace or None,
            "labels": dict(self.secret.labels) or None,
            "annotations": annotations or None,
        }


class Form(NamedTuple):
    """A form: `make` yields the texts of its documents, each ending in a line feed.

    `needs_credentials` says whether it takes any, and `is_plain` whether others could read them in what it makes; both
    are asked with a host's reach, and may raise CredentialsError.
    """

    make: Callable[[Order], Iterator[str]]
    needs_credentials: Callable[[PullSecret, Reach], bool]
    is_plain: Callable[[PullSecret, Reach], bool]


def type_of(secret: PullSecret) -> str:
    """Return the type of the Secret that is made of a pull secret."""
    return LEGACY if secret.is_legacy else JSON


def content(kind: str, auths: Mapping[str, Credentials]) -> bytes:
    """Return what a registry Secret of a type holds."""
    return dockercfg(auths) if kind == LEGACY else dockerconfigjson(auths)


def always(*_: object) -> bool:
    """Say yes, whatever the pull secret."""
    return True


def never(*_: object) -> bool:
    """Say no, whatever the pull secret."""
    return False
