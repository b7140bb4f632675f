"""Real manifests, read where REPOINT_CORPUS names a folder of them: laws 1 to 3 against an independent walk.

The walk knows nothing of this package: it loads the documents as plain YAML and takes every mapping that has a list
of containers for a pod spec.
"""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from transformer.config import Config, Mirror, PullSecret
from transformer.documents import split
from transformer.edits import apply
from transformer.findings import OF_REFERENCES
from transformer.hosts.sources import source_of
from transformer.pipeline import Rewrite, rewrite_part
from transformer.survey import survey

CORPUS = Path(os.environ.get("REPOINT_CORPUS", ""))
FILES = sorted(path for path in CORPUS.rglob("*.*") if path.suffix in (".yaml", ".yml", ".json")) if CORPUS.name else []

pytestmark = pytest.mark.skipif(not FILES, reason="REPOINT_CORPUS names no folder of manifests")

CONFIG = Config(
    mirrors=(
        Mirror("docker.io", "harbor.corp.example/dockerhub"),
        Mirror("quay.io", "harbor.corp.example/quay"),
        Mirror("*.gcr.io", "harbor.corp.example/{{ domain }}"),
        Mirror("*", "harbor.corp.example/{{ domain | replace(':', '-') }}"),
    ),
    pull_secrets=(PullSecret("harbor-pull", ("harbor.corp.example",)),),
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
    return source.text, rewrite_part(source.text, CONFIG, survey([source.text], CONFIG), skip_unreadable=True)


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
    again = rewrite_part(after, CONFIG, survey([after], CONFIG), skip_unreadable=True)
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
def test_nothing_but_images_and_pull_secrets_changes(file: Path) -> None:
    text, (after, _) = rewritten(file)
    assert [without(document) for document in load(text)] == [without(document) for document in load(after)]


def load(text: str) -> list[Any]:
    """Return the documents of `text` as plain data; those that are not YAML as their text."""
    found = []
    for document in split(text):
        yaml = YAML(typ="safe", pure=False)
        yaml.allow_duplicate_keys = True
        try:
            found += list(yaml.load_all(document.text))
        except (YAMLError, ValueError):
            found.append(document.text)
    return found


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


def without(node: Any) -> Any:
    """Return the data without what a rewrite may change."""
    if isinstance(node, dict):
        return {
            key: without(value) for key, value in node.items() if key not in ("image", "reference", "imagePullSecrets")
        }
    return [without(item) for item in node] if isinstance(node, list) else node
