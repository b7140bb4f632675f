"""Which keys of a registry Secret open which image: the kubelet's rule.

    key    = [ "https://" | "http://" ] [ userinfo "@" ] host [ ":" port ] [ path ] [ "?" query ] [ "#" fragment ]
    host   = label ("." label)* | "[" IPv6 "]"      in a label, "*" stands for any characters, or none
    path   = "/" ...                                a leading "/v1/" or "/v2/" counts as "/"

A key opens an image when both have the same port and as many labels, each label of the key matches the image's, and
the image's path begins with the key's: `quay.io/team` opens `quay.io/teamwork/app`, and `quay.io` no
`cdn.quay.io/app`. Where no key opens an image of Docker Hub, the keys of `index.docker.io` do.

The rule is that of the kubelet's credential provider keyring (kubernetes, pkg/credentialprovider/keyring.go). What
counts as a URL is what Go's net/url says; releases of Go differ on brackets and on more than one colon in a host,
and this follows the strict, newer ones.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

HUB = "https://index.docker.io/v1/"
"""The key of Docker Hub that every reader of a docker config takes: the kubelet, the docker CLI and the others."""

_HUB_KEY = "index.docker.io"
HUB_DOMAINS = ("docker.io", _HUB_KEY)
"""What Docker Hub is called where a registry is named."""

_DIGITS = frozenset(string.digits)
_HEX_DIGITS = frozenset(string.hexdigits)
_USERINFO = frozenset(string.ascii_letters + string.digits + "-._~!$&'()*+,;=:@%")
_HOST = frozenset(string.ascii_letters + string.digits + "-._~!$&'()*+,;=:[]<>\"%")


class _Address(NamedTuple):
    """A host as its labels, the port or "", and the path with its leading slash or ""."""

    labels: tuple[str, ...]
    port: str
    path: str


def select(keys: Iterable[str], lookup: str) -> list[str]:
    """Pick the keys that open an image, in the order in which the kubelet tries them.

    `keys` are those of all pull secrets of the pod, as spelled there; one given twice is tried twice. `lookup` is the
    normalized name of the image, without tag and digest. The result is empty where the image is pulled anonymously.

    The order is the reverse byte order of the cleaned keys: on one host a longer path comes before a shorter one, and
    a host comes before a wildcard, whatever their paths. Keys that clean to the same text, for which the kubelet
    promises no order, keep the one given.

    >>> select(["quay.io", "*.io", "https://quay.io/team", "ghcr.io"], "quay.io/team/app")
    ['https://quay.io/team', 'quay.io', '*.io']
    >>> select(["https://index.docker.io/v1/"], "docker.io/library/nginx")
    ['https://index.docker.io/v1/']
    """
    indexed = [(text, key) for key in keys if (text := clean(key)) is not None]
    image = _address(lookup)
    chosen = [(text, key) for text, key in indexed if _opens(_address(text), image)]
    if not chosen and _is_on_hub(lookup):
        chosen = [(text, key) for text, key in indexed if text == _HUB_KEY]
    # Python sorts text by code point, which is the order of its UTF-8 bytes.
    return [key for _, key in sorted(chosen, key=itemgetter(0), reverse=True)]


@lru_cache(maxsize=4096)
def clean(key: str) -> str | None:
    """Reduce a key to the `host[:port][/path]` that the kubelet indexes it by, or None where the kubelet drops it.

    >>> clean("https://index.docker.io/v1/")
    'index.docker.io'
    >>> clean("registry.example.com:http") is None
    True
    """
    scheme, separator, rest = key.partition("://")
    try:
        host, path = _split_url(rest if separator and scheme in ("https", "http") else key)
    except ValueError:
        return None
    if path.startswith(("/v1/", "/v2/")):
        path = path[len("/v1") :]
    return host if path == "/" else host + path


def host(key: str) -> str:
    """Return the `host[:port]` of a key, and an empty text where the kubelet drops it."""
    return (clean(key) or "").partition("/")[0]


def without_userinfo(key: str) -> str:
    """Return a key without what stands before an "@" in its host, which counts for nothing and may be a password.

    >>> without_userinfo("https://user:pass@quay.io/team")
    'https://quay.io/team'
    """
    scheme, separator, rest = key.rpartition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"


def shown(name: str) -> str:
    """Spell a server or a helper for a message: without what stands before an "@", on one line, and not too long.

    >>> shown("https://user:pass@quay.io/v1/")
    'quay.io/v1/'
    """
    text = name.rpartition("@")[2]
    text = text if len(text) <= 100 else f"{text:.100}..."
    return text if text and text.isprintable() else ascii(text)


def right_spelling(key: str) -> str:
    """Return a key as it is, but Docker Hub's in the one spelling that every reader takes.

    >>> right_spelling("docker.io"), right_spelling("docker.io/team")
    ('https://index.docker.io/v1/', 'docker.io/team')
    """
    return HUB if clean(key) in HUB_DOMAINS else key


@lru_cache(maxsize=4096)
def _address(text: str) -> _Address | None:
    """Take apart a cleaned key or the name of an image. The kubelet reads a key twice, hence no shortcut here."""
    try:
        host, path = _split_url(text)
    except ValueError:
        return None
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, port = host, ""
    elif name.startswith("["):
        name = name[1:-1]
    return _Address(tuple(name.split(".")), port, path)


def _opens(key: _Address | None, image: _Address | None) -> bool:
    return (
        key is not None
        and image is not None
        and key.port == image.port
        and len(key.labels) == len(image.labels)
        and image.path.startswith(key.path)
        and all(map(_matches, key.labels, image.labels))
    )


def _matches(pattern: str, label: str) -> bool:
    """Match one label as Go's path.Match does, in linear time.

    No `?` and no backslash gets past the URL, so there is little to it. An IPv6 address without a port is still in its
    brackets, which path.Match takes for a choice of characters: such a key does not open its own registry.
    """
    if pattern.startswith("["):
        return len(label) == 1 and label in pattern[1:-1]
    first, *middle = pattern.split("*")
    if not middle:
        return pattern == label
    last = middle.pop()
    start, end = len(first), len(label) - len(last)
    if start > end or not label.startswith(first) or not label.endswith(last):
        return False
    for part in middle:
        found = label.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


def _is_on_hub(lookup: str) -> bool:
    """Say whether the kubelet takes this name for one of Docker Hub, as it does where the first part is no host."""
    first, slash, _ = lookup.partition("/")
    return bool(first) and (not slash or first in HUB_DOMAINS or not ("." in first or ":" in first))


def _split_url(url: str) -> tuple[str, str]:
    """Split a URL without its scheme into `host[:port]` and path. Raises ValueError where Go's net/url has an error."""
    url, _, fragment = url.partition("#")
    if any(character < " " or character == "\x7f" for character in url):
        raise ValueError("a control character")
    authority, slash, path = url.partition("?")[0].partition("/")
    userinfo, _, host = authority.rpartition("@")
    if not _USERINFO.issuperset(userinfo):
        raise ValueError("userinfo")
    for ignored in (userinfo, fragment):
        _unescape(ignored)
    return _unescape_host(host), _unescape(slash + path)


def _unescape_host(host: str) -> str:
    if not all(character in _HOST or not character.isascii() for character in host):
        raise ValueError("a character that no host has")
    # In a host, Go takes an escape only for what is not ASCII, and for the percent sign itself.
    if any(escape[:1] < "8" and not escape.startswith("25") for escape in host.split("%")[1:]):
        raise ValueError("an escape that no host has")
    host = _unescape(host)
    if "[" in host:
        name, _, rest = host.rpartition("]")
        if not name.startswith("[") or not _is_ipv6(name[1:]):
            raise ValueError("brackets around no IPv6 address")
    else:
        rest = host[len(host.partition(":")[0]) :]
    if rest and not (rest.startswith(":") and _DIGITS.issuperset(rest[1:])):
        raise ValueError("a port that is no number")
    return host


def _is_ipv6(text: str) -> bool:
    from ipaddress import AddressValueError, IPv6Address  # noqa: PLC0415 - hardly a key has brackets

    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


def _unescape(text: str) -> str:
    """Decode percent escapes; a byte that is no UTF-8, which no image name has, becomes U+FFFD."""
    head, *escapes = text.split("%")
    if not escapes:
        return text
    octets = [head.encode("utf-8", "surrogatepass")]
    for escape in escapes:
        digits, rest = escape[:2], escape[2:]
        if len(digits) < len("25") or not _HEX_DIGITS.issuperset(digits):
            raise ValueError("an escape without two hexadecimal digits")
        octets += [bytes.fromhex(digits), rest.encode("utf-8", "surrogatepass")]
    return b"".join(octets).decode("utf-8", "replace")
