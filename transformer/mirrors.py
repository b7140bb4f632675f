"""Decide what an image reference becomes; the only door to Jinja2.

The first that applies decides:

    1. an override in `images:` whose name is the reference's
    2. the mirror or `keep` entry with the longest source that covers it, by whole path components
    3. a reference that stands under a mirror's target, or is an override's: it is mirrored already
    4. the mirror of `*`

Law: deciding twice is deciding once. `loops` proves it for a config; `decide` checks it for each reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from transformer.config import Config, ImageOverride, Mirror
from transformer.errors import InvalidReference, TransformerError
from transformer.reference import Reference, is_registry, parse

VARIABLES = ("domain", "path", "name", "tag", "digest")
_TEMPLATE = re.compile(r"\{[{%#]")


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


class InvalidTarget(TransformerError):
    """A mirror whose target, for some reference, is none that a pod could use."""


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
        return _rest(self.source, reference) is not None


class _Compiled(NamedTuple):
    """A config, ready to be asked: rules by their domain, the rest by `domain/path` (`_key`)."""

    by_domain: dict[str, list[Rule]]
    by_wildcard: list[Rule]
    overrides: dict[str, tuple[str, ImageOverride]]
    placed: dict[str, str]
    mirrored: list[tuple[str, str]]


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


def aim(source: str, target: str, reference: Reference) -> Reference:
    """Return where `target`, the mirror of `source`, puts `reference`: its tag and digest go along.

    Raises InvalidTarget, with the reason, where the result is no reference with a registry.
    """
    template = _template(target)
    joined = template.render(reference).rstrip("/")
    rest = "" if template.repeats_path else _rest(source, reference)
    joined = f"{joined}/{rest}" if rest else joined
    try:
        result = parse(joined)
    except InvalidReference as error:
        raise InvalidTarget(str(error)) from None
    domain, slash, _ = joined.partition("/")
    if not slash or not is_registry(domain):
        raise InvalidTarget(f"{joined!r} begins with no registry, Kubernetes would read it as {str(result)!r}")
    return result._replace(tag=result.tag or reference.tag, digest=result.digest or reference.digest)


def is_template(target: str) -> bool:
    """Say whether a target has Jinja2 in it."""
    return bool(_TEMPLATE.search(target))


def template_error(target: str) -> str:
    """Return what is wrong with the Jinja2 of `target`, or an empty text."""
    try:
        _template(target)
    except InvalidTarget as error:
        return str(error)
    return ""


def loops(config: Config) -> Iterator[tuple[str, str]]:
    """Yield each rule whose result another rule, or the rule itself, would rewrite again: its key path and why.

    Every rule is tried on references made for it: any below its source, and those that it would send to the source
    of another rule, or below it. Without templates nothing escapes that; what a template does only for some
    references, `decide` finds when it meets one.
    """
    decide = decider(config)
    names = [mirror.source for mirror in config.mirrors] + [parse(image.name).name for image in config.images]
    rules = [
        (f"spec.mirrors[{index}]", mirror.source, _probes(mirror, names)) for index, mirror in enumerate(config.mirrors)
    ]
    rules += [(f"spec.images[{index}]", image.name, iter([image.name])) for index, image in enumerate(config.images)]
    for path, source, probes in rules:
        decisions = (decision for decision in map(decide, probes) if decision.onward)
        if loop := next((decision for decision in decisions if decision.rule == _label(path, source)), None):
            yield path, loop.message


def _probes(mirror: Mirror, names: Iterable[str]) -> Iterator[str]:
    """Yield references that the mirror's source covers: some, and those that land where one of `names` begins.

    A template may use any end of the path, and the domain, so each end of such a name is tried as both.
    """
    head = "some-registry.invalid" if mirror.source == "*" else mirror.source.replace("*", "some", 1)
    landing = _static_prefix(mirror.target)
    parts = [_parts_below(name, landing) for name in names]
    bodies = dict.fromkeys(["", *("/".join(each[start:]) for each in parts for start in range(len(each)))])
    for body in bodies:
        for end in ("some-app", "some-team/some-app", ""):
            tail = f"{body}/{end}".strip("/")
            for text in (f"{head}/{tail}", tail):
                try:
                    probe = parse(text)
                except InvalidReference:
                    continue
                if _rest(mirror.source, probe) is not None:
                    yield str(probe)


def _parts_below(name: str, prefix: str) -> list[str]:
    """Return the components by which `name`, a source or an image, lies below `prefix`: none where it does not.

    Nothing is known of an empty prefix, so that all of the name counts, and a wildcard is below whatever it covers.
    """
    domain, _, path = name.lower().partition("/")
    if not prefix:
        return name.lower().split("/")
    at, _, base = prefix.lower().partition("/")
    if not _covers_domain(domain, at) or (base and not _is_under(path, base)):
        return []
    return [part for part in path[len(base) :].split("/") if part]


def _compile(config: Config) -> _Compiled:
    mirrors = [
        Rule(_label(f"spec.mirrors[{index}]", mirror.source), mirror.source, mirror.target)
        for index, mirror in enumerate(config.mirrors)
    ]
    keeps = [Rule(_label(f"spec.keep[{index}]", source), source, None) for index, source in enumerate(config.keep)]
    images = [(_label(f"spec.images[{index}]", image.name), image) for index, image in enumerate(config.images)]
    by_domain: dict[str, list[Rule]] = {}
    for rule in (*keeps, *mirrors):
        by_domain.setdefault(rule.source.partition("/")[0].lower(), []).append(rule)
    prefixes = ((_static_prefix(rule.target or "").lower(), rule.label) for rule in mirrors)
    return _Compiled(
        by_domain=by_domain,
        by_wildcard=[rule for rule in (*keeps, *mirrors) if rule.source.startswith("*")],
        overrides={_key(parse(image.name)): (label, image) for label, image in images},
        placed={_key(parse(image.new_name)): label for label, image in images if image.new_name},
        mirrored=[(prefix, label) for prefix, label in prefixes if prefix],
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
        return Decision("unmapped", reference, "", f"no mirror covers {reference}")
    if rule.target is None:
        return Decision("kept", reference, rule.label)
    try:
        return _decision(reference, aim(rule.source, rule.target, reference), rule.label)
    except InvalidTarget as error:
        return Decision("refused", reference, rule.label, f"{rule.label} has no valid target for {reference}: {error}")


def _mirrored_by(compiled: _Compiled, reference: Reference) -> str:
    """Return the rule that put `reference` where it is, as far as its name tells, or an empty text."""
    key = _key(reference)
    under = (label for prefix, label in compiled.mirrored if _is_under(key, prefix))
    return compiled.placed.get(key) or next(under, "")


def _refuse_to_go_on(reference: Reference, first: Decision, second: Decision) -> Decision:
    onward = second.message or f"{second.rule} would send that on to {second.reference}"
    message = f"{first.rule} sends {reference} to {first.reference}, and in a second run {onward}"
    return Decision("refused", reference, first.rule, message, second.rule)


def _label(path: str, source: str) -> str:
    return f"{path} ({source})"


def _rest(source: str, reference: Reference) -> str | None:
    """Return what of the reference's path lies below `source`, or None where `source` does not cover it."""
    domain, _, path = source.partition("/")
    if not _covers_domain(domain.lower(), reference.domain.lower()):
        return None
    if not path:
        return reference.path
    return reference.path[len(path) + 1 :] if _is_under(reference.path, path) else None


def _covers_domain(pattern: str, domain: str) -> bool:
    return pattern in {"*", domain} or (pattern.startswith("*.") and domain.endswith(pattern[1:]))


def _is_under(name: str, prefix: str) -> bool:
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


def _static_prefix(target: str) -> str:
    """Return the whole components of a target before its first template expression."""
    match = _TEMPLATE.search(target)
    return target[: match.start()].rpartition("/")[0] if match else target.rstrip("/")


class _Template(NamedTuple):
    render: Callable[[Reference], str]
    repeats_path: bool


@cache
def _template(target: str) -> _Template:
    """Return the compiled target; raises InvalidTarget where it is no template."""
    if not is_template(target):
        return _Template(lambda _: target, repeats_path=False)
    from jinja2 import meta  # noqa: PLC0415  a config without templates does not need it

    environment = _environment()
    try:
        used = meta.find_undeclared_variables(environment.parse(target))
        compiled = environment.from_string(target)
    except Exception as error:  # Jinja2's own, and what deep nesting does to it and to Python's compiler
        raise InvalidTarget(f"no Jinja2 template: {_words(error)}") from None
    if unknown := sorted(used - {*VARIABLES}):
        raise InvalidTarget(
            f"no variable is called {' or '.join(map(repr, unknown))}; there are {', '.join(VARIABLES)}"
        )

    def render(reference: Reference) -> str:
        # The domain has no case, and as a part of a path it has to be lower case.
        reference = reference._replace(domain=reference.domain.lower())
        try:
            return str(compiled.render({name: getattr(reference, name) for name in VARIABLES})).strip()
        except Exception as error:  # a template can raise whatever its methods and filters do
            raise InvalidTarget(f"the template fails: {_words(error)}") from None

    return _Template(render, repeats_path=bool(used & {"path", "name"}))


def _words(error: Exception) -> str:
    return " ".join(str(getattr(error, "message", None) or error or type(error).__name__).split())


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined  # noqa: PLC0415  a config without templates does not need it
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    # What gives another result each time has no place where a second run has to change nothing.
    del environment.globals["lipsum"], environment.filters["random"]
    return environment
