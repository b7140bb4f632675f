"""Real manifests, read where REPOINT_CORPUS names a folder of them: laws 1 to 3 against an independent walk.

The walk knows nothing of this package: it loads the documents as plain YAML and takes every mapping that has a list
of containers for a pod spec.
"""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from observed_fields import Steps, load_each, manifests, steps
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError

from transformer.config import Config, Mirror, PullSecret
from transformer.documents import Document
from transformer.edits import Edit, apply
from transformer.findings import OF_REFERENCES, Added, Finding, Grown
from transformer.hosts.sources import source_of
from transformer.pipeline import Rewrite, rewrite_all
from transformer.resources import NamesForm
from transformer.survey import survey

CORPUS = Path(os.environ.get("REPOINT_CORPUS", ""))
FILES = manifests(CORPUS) if CORPUS.name else []

pytestmark = pytest.mark.skipif(not FILES, reason="REPOINT_CORPUS names no folder of manifests")

CONFIG = Config(
    mirrors=(
        Mirror("docker.io", "harbor.corp.example/dockerhub"),
        Mirror("quay.io", "harbor.corp.example/quay"),
        Mirror("*.gcr.io", "harbor.corp.example/{{ domain }}"),
        Mirror("*", "harbor.corp.example/{{ domain | replace(':', '-') }}"),
    ),
    pull_secrets=(PullSecret("harbor-pull", ("harbor.corp.example",)),),
    marker=True,
)

# Published, and not YAML: each for a reason of its own. The sixth file of that folder only libyaml refuses.
NO_YAML = {
    "01_privileged_pod.yaml": "found character that cannot start any token",
    "bentoml.yaml": "did not find expected key",
    "deployment.yaml": "could not find expected ':'",
    "service.yaml": "did not find expected key",
    "statefulset.yaml": "found character that cannot start any token",
}
UNREADABLE = [file for file in FILES if "unparsable" in file.parts and file.name in NO_YAML]
READABLE = [file for file in FILES if file not in UNREADABLE]


def name_of(file: Path) -> str:
    return str(file.relative_to(CORPUS))


def rewritten(file: Path) -> tuple[str, Rewrite]:
    source = source_of(file.name, file.read_bytes())
    assert source.broken is None
    (found,) = rewrite_all([source.text], CONFIG, survey([source.text], CONFIG), skip_unreadable=True)
    return source.text, found


def test_the_corpus_is_whole() -> None:
    assert (len(READABLE), len(UNREADABLE)) == (67, 5)


@pytest.mark.parametrize("file", UNREADABLE, ids=name_of)
def test_what_is_no_yaml_is_said_and_passed_on(file: Path) -> None:
    text, (after, findings) = rewritten(file)
    assert after == text
    assert NO_YAML[file.name] in findings[-1].message
    assert any(isinstance(document, str) for document in load(text))


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_bytes_round_trip_through_text(file: Path) -> None:
    source = source_of(file.name, file.read_bytes())
    assert source.encode(source.text) == file.read_bytes()


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_lines_outside_planned_edits_are_unchanged(file: Path) -> None:
    text, (after, findings) = rewritten(file)
    edits = [edit for finding in findings for edit in finding.edits]
    assert after == apply(text, edits)
    touched = {text.count("\n", 0, offset) for edit in edits for offset in (edit.start, edit.end)}
    old, new = text.split("\n"), after.split("\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False) if old != new else None
    for tag, first, last, *_ in matcher.get_opcodes() if matcher else ():
        if tag in ("replace", "delete"):
            assert set(range(first, last)) <= touched
        elif tag == "insert":
            assert touched & {first - 1, first}


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_second_run_plans_nothing(file: Path) -> None:
    _, (after, _) = rewritten(file)
    (again,) = rewrite_all([after], CONFIG, survey([after], CONFIG), skip_unreadable=True)
    assert [finding for finding in again.findings if finding.edits] == []
    assert again.text == after


@pytest.mark.parametrize("file", READABLE, ids=name_of)
def test_each_image_of_a_pod_spec_is_mirrored_or_reported(file: Path) -> None:
    """Every image that the independent walk finds is one of the findings, and reads afterwards as that says."""
    text, (after, findings) = rewritten(file)
    assert not [finding for finding in findings if finding.severity == "error"]
    reported = [finding for finding in findings if finding.outcome in OF_REFERENCES]
    before_walk, after_walk = Counter(images(text)), Counter(images(after))
    assert before_walk <= Counter(finding.before for finding in reported)
    assert after_walk <= Counter(finding.after for finding in reported)
    for image in after_walk:
        assert image.startswith("harbor.corp.example/") or any(
            finding.after == image and finding.message and finding.outcome != "rewritten" for finding in reported
        )


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_nothing_changes_but_what_a_finding_says(file: Path) -> None:
    """Walk the data before and after side by side: what differs is what a finding of that place and document says."""
    text, (after, findings) = rewritten(file)
    olds, news = list(load_each(text)), list(load_each(after))
    assert len(olds) == len(news)
    for (document, old), (_, new) in zip(olds, news, strict=True):
        plan = Plan(document, findings)
        assert [each for roots in zip(old, new, strict=True) for each in differences(*roots, (), plan)] == []
        assert plan.unused() == set() or repeats_a_key(document.text)


class Plan:
    """What the findings say of one document: what scalars say afterwards, where pull secrets are added, and texts."""

    def __init__(self, document: Document, findings: Sequence[Finding]) -> None:
        inside = range(document.start, document.start + len(document.text))
        self.said: dict[int, tuple[set[Edit], set[Steps]]] = {}
        self.grown: dict[Steps, NamesForm] = {}
        self.added: dict[Steps, Any] = {}
        self.secrets = {finding.pull_secret for finding in findings if finding.outcome == "attached"}
        self.seen: set[object] = set()
        for finding in findings:
            for scalar, edit in (each for each in finding.said if each.scalar in inside):
                edits, places = self.said.setdefault(scalar, (set(), set()))
                edits.add(edit)
                places.add(steps(finding.field))
            if isinstance(finding.grown, Grown) and finding.grown.holder in inside:
                self.grown[steps(finding.field)] = finding.grown.form
            if isinstance(finding.grown, Added) and finding.grown.holder in inside:
                place, said = steps(finding.field), finding.grown.text
                for key in finding.grown.keys[:0:-1]:
                    place, said = place[:-1], {key: said}
                self.added[place] = said

    def says(self, place: Steps, old: Any, new: Any) -> bool:
        """Say whether a finding of this place makes the one text the other."""
        for scalar, (edits, places) in self.said.items():
            is_here = any(place[: len(each)] == each or place[:-1] == each[:-1] for each in places)
            if is_here and isinstance(old, str) and edited(old, edits) == new:
                self.seen.add(scalar)
                return True
        return False

    def adds(self, place: Steps, old: Any, new: Any) -> bool:
        """Say whether a finding adds a text at this place, or names of pull secrets that go on where the old end."""
        if place in self.added:
            self.seen.add(place)
            return old in (None, {}) and new == self.added[place]
        if place not in self.grown:
            return False
        self.seen.add(place)
        before, after = (names(value, self.grown[place]) for value in (old, new))
        added = [each["name"] if isinstance(each, dict) else each for each in after[len(before) :]]
        return after[: len(before)] == before and bool(added) and self.secrets.issuperset(added)

    def unused(self) -> set[object]:
        """Return what was planned and is not to be seen."""
        return {*self.said, *self.grown, *self.added} - self.seen


def edited(text: str, edits: set[Edit]) -> str | None:
    """Return what a text says after edits of it, or None where they are none of it."""
    return apply(text, edits) if all(edit.end <= len(text) for edit in edits) else None


def names(value: Any, form: NamesForm) -> list[Any]:
    """Return the entries of a list of pull secrets, or the one of a field for one name; none of what is not there."""
    if value in (None, "", {}):
        return []
    return list(value) if form in ("pullSecrets", "pullSecretNames") else [value]


def differences(old: Any, new: Any, place: Steps, plan: Plan) -> Iterator[str]:
    """Yield where two trees differ and no finding says so."""
    if type(old) is type(new) and isinstance(old, dict):
        for key in {**old, **new}:
            here = (*place, str(key))
            if old.get(key, ABSENT) != new.get(key, ABSENT) and not plan.adds(here, old.get(key), new.get(key)):
                yield from differences(old.get(key, ABSENT), new.get(key, ABSENT), here, plan)
    elif type(old) is type(new) and isinstance(old, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from differences(*pair, (*place, f"[{index}]"), plan)
    elif (type(old) is not type(new) or repr(old) != repr(new)) and not plan.says(place, old, new):
        yield f"{'.'.join(place)}: {old!r} -> {new!r}"


ABSENT = object()


def repeats_a_key(text: str) -> bool:
    """Say whether plain data shows only one of two equal keys."""
    try:
        list(YAML(typ="safe", pure=False).load_all(text))
    except DuplicateKeyError:
        return True
    return False


def load(text: str) -> list[Any]:
    """Return the documents of `text` as plain data; those that are not YAML as their text."""
    return [root for _, roots in load_each(text) for root in roots]


def images(text: str) -> Iterator[str]:
    for document in load(text):
        for pod_spec in pod_specs(document):
            for key in ("initContainers", "containers", "ephemeralContainers"):
                for container in pod_spec.get(key) or ():
                    if isinstance(container, dict) and isinstance(container.get("image"), str):
                        yield container["image"]
            for volume in pod_spec.get("volumes") or ():
                source = volume.get("image") if isinstance(volume, dict) else None
                if isinstance(source, dict) and isinstance(source.get("reference"), str):
                    yield source["reference"]


def pod_specs(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        lists = (node.get(key) for key in ("initContainers", "containers", "ephemeralContainers"))
        if any(isinstance(value, list) and any(isinstance(item, dict) for item in value) for value in lists):
            yield node
        for value in node.values():
            yield from pod_specs(value)
    elif isinstance(node, list):
        for item in node:
            yield from pod_specs(item)
