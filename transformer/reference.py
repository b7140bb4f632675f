"""Image references: the grammar container runtimes parse with, as one frozen value.

    reference  = name [ ":" tag ] [ "@" digest ]
    name       = [ domain "/" ] path
    domain     = host [ ":" port ]
    host       = label ("." label)* | "[" IPv6 "]"
    path       = component ("/" component)*
    component  = alnum (separator alnum)*      separator: "." | "_" | "__" | any number of "-"
    tag        = word character, then up to 127 of word characters, "." and "-"
    digest     = algorithm ":" hex             algorithms: sha256 (64 digits), sha384 (96), sha512 (128)

The grammar, the Docker Hub defaults and the names of the broken rules are those of
https://github.com/distribution/reference, which the kubelet and containerd use.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, NoReturn

from transformer.errors import InvalidReference

HUB = "docker.io"
_HUB_ALIAS = "index.docker.io"
_HUB_ORGANIZATION = "library/"
_MAX_PATH = 255
_HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])"
_DOMAIN = rf"{_HOST}(?::[0-9]+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = rf"{_COMPONENT}(?:/{_COMPONENT})*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = re.compile(rf"(?:({_DOMAIN})/)?({_PATH})(?::({_TAG}))?(?:@({_DIGEST}))?")
_PLACEHOLDERS = ("$(", "${", "{{", "<", ">")
_LOWER_CASE = "the path has to be lower case"
_REGISTRY = re.compile(_DOMAIN)
_TAG_ALONE = re.compile(_TAG)
_IDENTIFIER = re.compile(r"[a-f0-9]{64}")


class Reference(NamedTuple):
    """A normalized image reference; `str()` gives it back in full, and `parse` reads that as the same value.

    `domain` is empty only for names such as `my_registry.local/app`, whose first part looks like a registry to
    the Docker Hub rule and not to the grammar. `tag` and `digest` are empty where the reference has none.
    """

    domain: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """The normalized name: domain and path, without tag and digest."""
        return f"{self.domain}/{self.path}" if self.domain else self.path

    @property
    def familiar(self) -> str:
        """The shortest spelling that means the same: `nginx:1.27` for `docker.io/library/nginx:1.27`."""
        if self.domain != HUB:
            return str(self)
        organization, _, rest = self.path.rpartition("/")
        path = rest if f"{organization}/" == _HUB_ORGANIZATION else self.path
        return f"{path}{self.suffix}"

    @property
    def suffix(self) -> str:
        """What follows the name: `:tag`, `@digest`, both, or nothing."""
        tag = f":{self.tag}" if self.tag else ""
        return f"{tag}@{self.digest}" if self.digest else tag

    def __str__(self) -> str:
        return f"{self.name}{self.suffix}"


@lru_cache(maxsize=10_000)
def parse(text: str) -> Reference:
    """Read `text` as a container runtime reads it, with Docker Hub's defaults filled in.

    Raises InvalidReference when `text` is no reference; the message says which rule is broken.

    >>> parse("nginx")
    Reference(domain='docker.io', path='library/nginx', tag='', digest='')
    >>> str(parse("localhost:5000/team/app:1.2"))
    'localhost:5000/team/app:1.2'
    >>> parse("index.docker.io/library/redis:7").familiar
    'redis:7'
    >>> parse("Nginx")
    Traceback (most recent call last):
        ...
    transformer.errors.InvalidReference: 'Nginx' is no image reference: the path has to be lower case
    """
    if not text:
        _refuse(text, "empty", "it is empty")
    if _IDENTIFIER.fullmatch(text):
        _refuse(text, "hex64", "64 hexadecimal digits are an image ID, which no registry serves")
    domain, remainder = _split_domain(text)
    path_end = remainder.find(":")
    path = remainder if path_end < 0 else remainder[:path_end]
    match = _REFERENCE.fullmatch(f"{domain}/{remainder}")
    if match is None or path != path.lower():
        fits_in_lower_case = _REFERENCE.fullmatch(f"{domain}/{remainder}".lower())
        rule = "uppercase" if fits_in_lower_case or path != path.lower() else "format"
        _refuse(text, rule, _LOWER_CASE if fits_in_lower_case else _what_is_wrong(text, path, remainder))
    host, path, tag, digest = (part or "" for part in match.groups())
    if len(path) > _MAX_PATH:
        _refuse(text, "too_long", f"the path has {len(path)} characters, more than {_MAX_PATH}")
    if digest:
        _check_digest(text, digest)
    return Reference(host, path, tag, digest)


def is_registry(text: str) -> bool:
    """Say whether `text` is a domain that a reference can begin with: it has a dot or a port, or is `localhost`."""
    return bool(_REGISTRY.fullmatch(text)) and _names_registry(text)


def begins_with_registry(text: str) -> bool:
    """Say whether a reference names its registry, `quay.io/org/app`, or leaves it to the Docker Hub rule, `org/app`."""
    domain, slash, _ = text.partition("/")
    return bool(slash) and is_registry(domain)


def is_tag(text: str) -> bool:
    """Say whether `text` is a tag."""
    return bool(_TAG_ALONE.fullmatch(text))


def canonical_domain(domain: str) -> str:
    """Return the name that `domain` goes by in a normalized reference: Docker Hub has an alias."""
    return HUB if domain == _HUB_ALIAS else domain


def _names_registry(first: str) -> bool:
    return "." in first or ":" in first or first == "localhost" or first != first.lower()


def _split_domain(text: str) -> tuple[str, str]:
    """Split off the registry, or fill in Docker Hub and its `library/`."""
    first, slash, rest = text.partition("/")
    domain, remainder = (first, rest) if slash and _names_registry(first) else (HUB, text)
    domain = canonical_domain(domain)
    if domain == HUB and "/" not in remainder:
        remainder = _HUB_ORGANIZATION + remainder
    return domain, remainder


def _check_digest(text: str, digest: str) -> None:
    algorithm, _, hexadecimal = digest.partition(":")
    if algorithm not in _HEX_LENGTHS:
        _refuse(text, "digest_unsupported", f"the digest algorithm {algorithm!r} is none of {', '.join(_HEX_LENGTHS)}")
    if len(hexadecimal) != _HEX_LENGTHS[algorithm]:
        wanted = _HEX_LENGTHS[algorithm]
        _refuse(text, "digest_length", f"a {algorithm} digest has {wanted} digits, this one {len(hexadecimal)}")
    if hexadecimal != hexadecimal.lower():
        _refuse(text, "digest_format", "the digits of a digest are lower case")


def _what_is_wrong(text: str, path: str, remainder: str) -> str:
    """Say in a few words where the grammar stops matching."""
    if any(mark in text for mark in _PLACEHOLDERS):
        return "it looks like a placeholder"
    if "://" in text:
        return "a reference has no scheme"
    name = path.partition("@")[0]
    if not re.fullmatch(_PATH, name):
        wrong = next((part for part in name.split("/") if not re.fullmatch(_COMPONENT, part)), name)
        return f"{wrong!r} is no path component (lower-case letters and digits, separated by '.', '_', '__' or '-')"
    if "@" in remainder and not re.fullmatch(_DIGEST, remainder.partition("@")[2]):
        return "what follows '@' is no digest (algorithm:hex)"
    if ":" in remainder.partition("@")[0]:
        return "what follows ':' is no tag (up to 128 letters, digits, '_', '.' and '-')"
    return "it does not fit [domain/]path[:tag][@digest]"


def _refuse(text: str, rule: str, reason: str) -> NoReturn:
    shown = text if len(text) <= 80 else f"{text[:77]}..."
    raise InvalidReference(text, rule, f"{shown!r} is no image reference: {reason}")
