"""Find the rules of a config that would not come to rest: whose result a second run would rewrite again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transformer.config import Config, Mirror
from transformer.errors import InvalidReference
from transformer.mirrors import covers_domain, decider, is_under, label_of, rest_of
from transformer.reference import parse
from transformer.templates import static_prefix


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
        if loop := next((decision for decision in decisions if decision.rule == label_of(path, source)), None):
            yield path, loop.message


def _probes(mirror: Mirror, names: Iterable[str]) -> Iterator[str]:
    """Yield references that the mirror's source covers: some, and those that land where one of `names` begins.

    A template may use any end of the path, and the domain, so each end of such a name is tried as both.
    """
    head = "some-registry.invalid" if mirror.source == "*" else mirror.source.replace("*", "some", 1)
    landing = static_prefix(mirror.target)
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
                if rest_of(mirror.source, probe) is not None:
                    yield str(probe)


def _parts_below(name: str, prefix: str) -> list[str]:
    """Return the components by which `name`, a source or an image, lies below `prefix`: none where it does not.

    Nothing is known of an empty prefix, so that all of the name counts, and a wildcard is below whatever it covers.
    """
    domain, _, path = name.lower().partition("/")
    if not prefix:
        return name.lower().split("/")
    at, _, base = prefix.lower().partition("/")
    if not covers_domain(domain, at) or (base and not is_under(path, base)):
        return []
    return [part for part in path[len(base) :].split("/") if part]
