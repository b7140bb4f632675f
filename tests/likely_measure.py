"""Measure how well likely images are told from other texts, on texts that were labeled by hand.

The texts and their labels are those of facts/texts.json. A hit that counts only with evidence counts as none here.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from transformer.config import Config, Mirror
from transformer.likely import hits

TEXTS = Path(__file__).parent / "facts" / "texts.json"

# The registries that a platform team mirrors: those of the common public images, and the clouds'.
HOSTS = (
    *("docker.io", "quay.io", "ghcr.io", "gcr.io", "*.gcr.io", "*.pkg.dev", "registry.k8s.io", "k8s.gcr.io"),
    *("mcr.microsoft.com", "nvcr.io", "public.ecr.aws", "registry.redhat.io", "registry.connect.redhat.com"),
    *("registry.access.redhat.com", "docker.elastic.co", "registry.gitlab.com", "cgr.dev", "xpkg.upbound.io"),
)
CONFIG = Config(
    mirrors=tuple(Mirror(host, f"harbor.example/{host.removeprefix('*.').replace('.', '-')}") for host in HOSTS)
)


class Found(NamedTuple):
    """One string that was hit or labeled: the place and name of its text, and the string."""

    place: str
    name: str
    said: str


class Measure(NamedTuple):
    """What was hit and labeled, what was hit and is no image, and what was not hit and is one."""

    right: tuple[Found, ...]
    wrong: tuple[Found, ...]
    missed: tuple[Found, ...]

    @property
    def precision(self) -> float:
        return len(self.right) / (len(self.right) + len(self.wrong))

    @property
    def recall(self) -> float:
        return len(self.right) / (len(self.right) + len(self.missed))

    def at(self, place: str) -> Measure:
        """Return the part of the measure for one place."""
        right, wrong, missed = (tuple(each for each in part if each.place == place) for part in self)
        return Measure(right, wrong, missed)


class Labeled(NamedTuple):
    """A text, the place and name under which it stands, and the images in it."""

    place: str
    name: str
    text: str
    images: tuple[str, ...]


def labeled() -> list[Labeled]:
    """Return the labeled texts."""
    cases = json.loads(TEXTS.read_text(encoding="utf-8"))
    return [Labeled(case["place"], case["name"], case["text"], tuple(case["images"])) for case in cases]


def measure(config: Config = CONFIG) -> Measure:
    """Return what `hits` finds in the labeled texts by `config`, beside the labels."""
    right: list[Found] = []
    wrong: list[Found] = []
    missed: list[Found] = []
    for place, name, text, images in labeled():
        found, wanted = Counter(hit.reference for hit in hits(text, name, config) if not hit.evidence), Counter(images)
        for part, words in ((right, found & wanted), (wrong, found - wanted), (missed, wanted - found)):
            part.extend(Found(place, name, word) for word in words.elements())
    return Measure(tuple(right), tuple(wrong), tuple(missed))


def table(measured: Measure) -> str:
    """Return the numbers by place, and in all."""
    places = sorted({each.place for part in measured for each in part})
    rows = [(place, measured.at(place)) for place in places]
    lines = [f"{'place':<12}{'right':>7}{'wrong':>7}{'missed':>8}{'precision':>11}{'recall':>8}"]
    for name, part in (*rows, ("all", measured)):
        right, wrong, missed = map(len, part)
        precision = part.precision if right + wrong else 1.0
        recall = part.recall if right + missed else 1.0
        lines.append(f"{name:<12}{right:>7}{wrong:>7}{missed:>8}{precision:>11.3f}{recall:>8.3f}")
    return "\n".join(lines)


def listed(found: tuple[Found, ...]) -> str:
    """Return what was found, one in a line."""
    return "\n".join(f"  {place} {name or '-'}: {said}" for place, name, said in found)


def main() -> None:
    measured = measure()
    print(table(measured))
    print(f"\nhit, and labeled as none:\n{listed(measured.wrong)}")
    print(f"\nlabeled as an image, and not hit:\n{listed(measured.missed)}")


if __name__ == "__main__":
    main()
