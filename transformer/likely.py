"""Find what is likely an image reference in a text: an argument, a variable, a script, a document in a document.

A reference with a registry is likely one under a name like an image's, or where the config names that registry and it
has a tag, a digest or a path of two parts. One without a registry is likely one where the config names Docker Hub, and
it has a tag or digest under such a name, or a digest. Any other counts only where the same image, or behind its
registry and with a tag any image of that registry, is known for certain in the input. A scheme such as `oci://` may
stand before each, and a path of one part will do then. Paths, other URLs, import paths and words are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple, Protocol

from transformer.config import Config
from transformer.errors import InvalidReference
from transformer.mirrors import covers_domain
from transformer.reference import HUB, is_registry, parse


class Hit(NamedTuple):
    """What is likely a reference: `text[start:end]` of the text it was found in.

    `evidence` is empty, or what has to be known for it to be one: an image, by its whole name, or a registry's host.
    """

    start: int
    end: int
    reference: str
    evidence: str = ""


# A run of the characters of a reference, and what may not stand before and behind it: parts of a path, of a template.
# Behind it `<` begins a placeholder, `app:<tag>`, unless it is that of an element's end.
_RUN = re.compile(r"[A-Za-z0-9._:/@-]{3,}")
_NOT_BEFORE = set("$%{}*~\\+&?#^")
_NOT_BEHIND = set("${%*~<(+?^[")
_SCHEME = re.compile(r"(?:oci|docker(?:-pullable)?)://")
_END = "</"
# What a value stands under: in its line a flag, a variable, a key of YAML or of JSON; or an element of XML.
_KEY = re.compile(
    r"""(?:([A-Za-z0-9_.-]+)\\?["']?[ \t]*[=:][ \t]*\\?["']?|<([A-Za-z0-9_.-]+)(?:\s[^<>]*[^<>/])?>\s*)\Z"""
)
# What takes an image as its next word: a line of a Dockerfile, a flag, a command.
_COMMAND = re.compile(r"(?:(?:^|\n)FROM|--[a-z-]*image|(?:docker|podman|nerdctl|crictl) (?:pull|run))[ =]+\Z")
_PUSH = re.compile(
    r"(?:--destination|--cache-repo)[ =]+\Z|(?:docker|podman|nerdctl|buildah|crane|oras) push +\Z"
    r"|helm push +\S+ +\Z|flux push artifact +\Z"
)
_OF_AN_API = re.compile(r"(?:api|v[12])/")
_RECORD = re.compile(r"^org\.opencontainers\.image\.|[iI]mageID$")
_VERSION = re.compile(r"v?[0-9]+\.[0-9]")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_IMAGE = {"image", "images", "img"}
# Last words of names that say something about an image.
_ABOUT = {
    *("account", "digest", "dir", "directory", "endpoint", "format", "host", "id", "limit", "path", "policy", "port"),
    *(
        "prefix",
        "proxy",
        "registry",
        "secret",
        "secrets",
        "server",
        "size",
        "tag",
        "timeout",
        "type",
        "user",
        "version",
    ),
}


def hits(text: str, name: str, config: Config) -> Iterator[Hit]:
    """Yield what is likely a reference in `text`, which stands under `name`: a key, a variable, a flag, or nothing."""
    if _RECORD.search(name) or "ENC[" in text:  # what was built or runs; what SOPS encrypted
        return
    judge = _judge(config)
    for match in _RUN.finditer(text):
        start, run = match.start(), match[0]
        scheme = _SCHEME.match(run)
        if scheme:
            start, run = start + scheme.end(), run[scheme.end() :]
        run = run.rstrip("._:/@-")
        if ("/" not in run and ":" not in run) or not run[0].isalnum() or "://" in run:
            continue
        before, behind = text[max(0, match.start() - 80) : match.start()], text[match.end() : match.end() + 2]
        is_cut = before[-1:] in _NOT_BEFORE or (behind[:1] in _NOT_BEHIND and behind != _END)
        if is_cut or _PUSH.search(before):
            continue
        key = _KEY.search(before)
        is_named = is_image_name(name) or bool(key and is_image_name(key[1] or key[2])) or bool(_COMMAND.search(before))
        evidence = judge(run, is_named=is_named, is_url=bool(scheme))
        if evidence is not None:
            yield Hit(start, start + len(run), run, evidence)


@cache
def is_image_name(name: str) -> bool:
    """Say whether a key, a variable or a flag is named like what holds an image: RELATED_IMAGE_X, `--proxy-image`."""
    words = [word.lower() for word in _WORD.findall(name)]
    if words[:2] == ["related", "image"] or "images." in name:
        return True
    return not _IMAGE.isdisjoint(words) and words[-1] not in _ABOUT


class _Judge(Protocol):
    def __call__(self, run: str, *, is_named: bool, is_url: bool) -> str | None: ...


@lru_cache(maxsize=8)
def _judge(config: Config) -> _Judge:
    """Return the function that says what evidence a run of characters needs to be a reference; None: it is none."""
    hosts = [*_hosts(config)]

    def knows(host: str) -> bool:
        return any(covers_domain(pattern, host.lower()) for pattern in hosts)

    @cache
    def judge(run: str, *, is_named: bool, is_url: bool) -> str | None:
        try:
            reference = parse(run)
        except InvalidReference:
            return None
        host, slash, _ = run.partition("/")
        if slash and is_registry(host):
            if reference.suffix:
                return "" if is_named or knows(reference.domain) else reference.domain
            is_long = is_url or (run.count("/") > 1 and not _OF_AN_API.match(reference.path))
            return "" if is_named or (is_long and knows(reference.domain)) else str(reference)
        if run.startswith(("sha256:", "sha512:")):
            return None
        is_sure = (is_named and reference.suffix) or (reference.digest and not _VERSION.match(run))
        return "" if is_sure and knows(HUB) else str(reference)

    return judge


def _hosts(config: Config) -> Iterator[str]:
    """Yield the hosts that the config names, such as `quay.io` and `*.gcr.io`."""
    sources = [
        *(mirror.source for mirror in config.mirrors),
        *config.keep,
        *(mirror.target for mirror in config.mirrors),
    ]
    for source in sources:
        host = source.partition("/")[0].lower()
        if host != "*":
            yield host
    for image in config.images:
        yield from (parse(name).domain.lower() for name in (image.name, image.new_name) if name)
