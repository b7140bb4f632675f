"""Decide what an image reference becomes.

The first that applies decides:

    1. an override in `images:` whose name is the reference's
    2. the mirror or `keep` entry with the longest source that covers it, by whole path components
    3. a reference that stands under a mirror's target, or is an override's: it is mirrored already
    4. the mirror of `*`

Law: deciding twice is deciding once. The module `loops` proves it for a config, `decide` for each reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from transformer import keyring
from transformer.config import Config, ImageOverride
from transformer.errors import InvalidReference
from transformer.reference import Reference, is_registry, parse
from transformer.templates import InvalidTarget, landing, template


class Decision(NamedTuple):
    """What becomes of a reference, and which rule says so; `message` says what is wrong where something is.

    `reference` is the one used from now on, and None where the text is none. `onward` is the rule that would rewrite
    the result again, where that is why a reference is refused.
    """

    outcome: Literal["rewritten", "kept", "unmapped", "refused", "invalid"]
    reference: Reference | None
    rule: str = ""
    message: str = ""
    onward: str = ""


class Rule(NamedTuple):
    """One entry of `mirrors` or `keep`; `target` is None where the entry keeps what it covers."""

    label: str
    source: str
    target: str | None

    @property
    def length(self) -> int:
        """How much the source says literally: the longest of the sources that cover a reference wins."""
        return len(self.source.replace("*", ""))

    def covers(self, reference: Reference) -> bool:
        """Say whether the source covers the reference, by whole components; domains compare without case."""
        return rest_of(self.source, reference) is not None


class _Compiled(NamedTuple):
    """A config, ready to be asked: rules by their domain, the rest by `domain/path` (`_key`).

    `opened` are the hosts that pull secrets open.
    """

    by_domain: dict[str, list[Rule]]
    by_wildcard: list[Rule]
    overrides: dict[str, tuple[str, ImageOverride]]
    placed: dict[str, str]
    mirrored: list[tuple[re.Pattern[str], str]]
    opened: frozenset[str]


@lru_cache(maxsize=8)
def decider(config: Config) -> Callable[[str], Decision]:
    """Return the function that decides what becomes of a text by `config`; it remembers what it has decided."""
    compiled = _compile(config)

    @cache
    def decide(text: str) -> Decision:
        try:
            reference = parse(text)
        except InvalidReference as error:
            return Decision("invalid", None, message=str(error))
        first = _once(compiled, reference)
        if first.outcome != "rewritten" or first.reference is None:
            return first
        second = _once(compiled, first.reference)
        is_at_rest = second.outcome != "refused" and second.reference == first.reference
        return first if is_at_rest else _refuse_to_go_on(reference, first, second)

    return decide


def decide_prefix(config: Config, text: str) -> tuple[Decision, str]:
    """Decide what becomes of a registry, or a path in one, that stands before the names of images, and return both.

    It becomes what all images below it become; where rules send some of them elsewhere it is refused.
    """
    bare = text.rstrip("/")
    decision = decider(config)(f"{bare}/{_PROBE}")
    decision = decision._replace(message=decision.message.replace(f"/{_PROBE}", ""))
    if decision.outcome != "rewritten":
        return decision, text
    before, after = parse(f"{bare}/{_PROBE}"), str(decision.reference)
    prefix = before.name.removesuffix(f"/{_PROBE}")
    inside = next((source for source in _sources(config) if source != prefix and is_under(source, prefix)), "")
    if inside or not after.endswith(f"/{_PROBE}"):
        why = f"the rule for {inside} sends a part of it elsewhere" if inside else f"{decision.rule} is no prefix"
        return decision._replace(
            outcome="refused", message=f"{text} stands before the names of images, and {why}"
        ), text
    return decision, after.removesuffix(f"/{_PROBE}") + text[len(bare) :]


# A path of two components that no rule names, under which a prefix is decided.
_PROBE = "repoint-probe/any"


def _sources(config: Config) -> Iterator[str]:
    yield from (mirror.source for mirror in config.mirrors)
    yield from config.keep
    yield from (parse(image.name).name for image in config.images)


def aim(source: str, target: str, reference: Reference) -> Reference:
    """Return where `target`, the mirror of `source`, puts `reference`: its tag and digest go along.

    Raises InvalidTarget, with the reason, where the result is no reference with a registry.
    """
    compiled = template(target)
    joined = compiled.render(reference).rstrip("/")
    rest = "" if compiled.repeats_path else rest_of(source, reference)
    joined = f"{joined}/{rest}" if rest else joined
    try:
        result = parse(joined)
    except InvalidReference as error:
        raise InvalidTarget(str(error)) from None
    domain, slash, _ = joined.partition("/")
    if not slash or not is_registry(domain):
        raise InvalidTarget(f"{joined!r} begins with no registry, Kubernetes would read it as {str(result)!r}")
    return result._replace(tag=result.tag or reference.tag, digest=result.digest or reference.digest)


def _compile(config: Config) -> _Compiled:
    mirrors = [
        Rule(label_of(f"spec.mirrors[{index}]", mirror.source), mirror.source, mirror.target)
        for index, mirror in enumerate(config.mirrors)
    ]
    keeps = [Rule(label_of(f"spec.keep[{index}]", source), source, None) for index, source in enumerate(config.keep)]
    images = [(label_of(f"spec.images[{index}]", image.name), image) for index, image in enumerate(config.images)]
    by_domain: dict[str, list[Rule]] = {}
    for rule in (*keeps, *mirrors):
        by_domain.setdefault(rule.source.partition("/")[0].lower(), []).append(rule)
    landings = ((landing(rule.target or ""), rule.label) for rule in mirrors)
    return _Compiled(
        by_domain=by_domain,
        by_wildcard=[rule for rule in (*keeps, *mirrors) if rule.source.startswith("*")],
        overrides={_key(parse(image.name)): (label, image) for label, image in images},
        placed={_key(parse(image.new_name)): label for label, image in images if image.new_name},
        mirrored=[(pattern, label) for pattern, label in landings if pattern],
        opened=frozenset(keyring.host(key) for secret in config.pull_secrets for key in secret.registries),
    )


def _once(compiled: _Compiled, reference: Reference) -> Decision:
    """Decide without a look at what a second run would do."""
    if _key(reference) not in compiled.overrides:
        return _by_source(compiled, reference)
    label, image = compiled.overrides[_key(reference)]
    changed = _retag(reference, image)
    if image.new_name:
        name = parse(image.new_name)
        return _decision(reference, changed._replace(domain=name.domain, path=name.path), label)
    onward = _by_source(compiled, changed)
    return onward if onward.outcome == "refused" else _decision(reference, onward.reference or changed, label)


def _by_source(compiled: _Compiled, reference: Reference) -> Decision:
    candidates = (*compiled.by_domain.get(reference.domain.lower(), ()), *compiled.by_wildcard)
    covering = (rule for rule in candidates if rule.covers(reference))
    rule = max(covering, key=lambda rule: rule.length, default=None)
    if (rule is None or rule.source == "*") and (label := _mirrored_by(compiled, reference)):
        return Decision("kept", reference, f"already mirrored: {label}")
    if rule is None:
        hint = "; if it is to stay, name it under spec.keep" if reference.domain in compiled.opened else ""
        return Decision("unmapped", reference, "", f"no mirror covers {reference}{hint}")
    if rule.target is None:
        return Decision("kept", reference, rule.label)
    try:
        return _decision(reference, aim(rule.source, rule.target, reference), rule.label)
    except InvalidTarget as error:
        return Decision("refused", reference, rule.label, f"{rule.label} has no valid target for {reference}: {error}")


def _mirrored_by(compiled: _Compiled, reference: Reference) -> str:
    """Return the rule that put `reference` where it is, as far as its name tells, or an empty text."""
    key = _key(reference)
    landed = (label for pattern, label in compiled.mirrored if pattern.fullmatch(key))
    return compiled.placed.get(key) or next(landed, "")


def _refuse_to_go_on(reference: Reference, first: Decision, second: Decision) -> Decision:
    onward = second.message or f"{second.rule} would send that on to {second.reference}"
    message = f"{first.rule} sends {reference} to {first.reference}, and in a second run {onward}"
    return Decision("refused", reference, first.rule, message, second.rule)


def label_of(path: str, source: str) -> str:
    """Return what messages call the entry at `path` of the config."""
    return f"{path} ({source})"


def rest_of(source: str, reference: Reference) -> str | None:
    """Return what of the reference's path lies below `source`, or None where `source` does not cover it."""
    domain, _, path = source.partition("/")
    if not covers_domain(domain.lower(), reference.domain.lower()):
        return None
    if not path:
        return reference.path
    return reference.path[len(path) + 1 :] if is_under(reference.path, path) else None


def covers_domain(pattern: str, domain: str) -> bool:
    """Say whether `pattern`, a domain, `*.domain` or `*`, covers `domain`; both in lower case."""
    return pattern in {"*", domain} or (pattern.startswith("*.") and domain.endswith(pattern[1:]))


def is_under(name: str, prefix: str) -> bool:
    """Say whether `name` is `prefix` or lies below it, by whole path components."""
    return name == prefix or name.startswith(f"{prefix}/")


def _key(reference: Reference) -> str:
    return f"{reference.domain.lower()}/{reference.path}"


def _decision(before: Reference, after: Reference, rule: str) -> Decision:
    return Decision("kept" if after == before else "rewritten", after, rule)


def _retag(reference: Reference, image: ImageOverride) -> Reference:
    """Return the reference with the override's tag and digest; either of them replaces both, as in kustomize."""
    if image.new_tag or image.digest:
        return reference._replace(tag=image.new_tag, digest=image.digest)
    return reference
