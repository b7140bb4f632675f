"""What is said about a run: a line for each finding, one of numbers, and JSON whose places are those of the files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from command import (
    ATTACHED,
    CONFIG,
    MIRRORED,
    PASSWORD,
    PLAIN_CONFIG,
    POD,
    SERVICE,
    UNREADABLE,
    contents,
    lay_out,
    pod,
    repoint,
)

CRONJOB = """\
# nightly
apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
  namespace: shop
spec:
  jobTemplate:
    spec:
      template:
        spec:
          initContainers:
          - {name: init, image: "busybox:1.36"}   # ✓ 🐳
          containers:
          - name: a
            image: &tool registry.k8s.io/tool:1
          - name: b
            image: *tool
          - name: c
            image: >-
              redis
          - name: d
            image: $(IMAGE)
"""
LIST = """\
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: one}, spec: {containers: [{image: 'nginx'}]}}
"""


def report_of(folder: Path, *arguments: str) -> Any:
    repoint(folder, *arguments, "--report", "report.json")
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def said_at(folder: Path, reference: dict[str, Any]) -> str:
    """Return the text of the file from the place that the report names."""
    text = (folder / reference["file"]).read_bytes().decode("utf-8-sig")
    lines = text.split("\n")[reference["line"] - 1 :]
    return "\n".join(lines)[reference["column"] - 1 :]


BEGINNINGS = {
    "k8s/job.yaml": ['"busybox:1.36"', "&tool registry", "*tool", ">-", "$(IMAGE)"],
    "k8s/list.yaml": ["'nginx'"],
    "k8s/web.yaml": ["nginx:1.27"],
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_report_has_every_reference_at_its_place(line_end: str, tmp_path: Path) -> None:
    texts = {"k8s/job.yaml": "\ufeff" + CRONJOB, "k8s/web.yaml": f"{SERVICE}---\n{POD}", "k8s/list.yaml": LIST}
    lay_out(tmp_path, {"repoint.yaml": CONFIG} | {name: text.replace("\n", line_end) for name, text in texts.items()})
    references = report_of(tmp_path, "check", "k8s")["references"]
    expected = [(name, beginning) for name, beginnings in BEGINNINGS.items() for beginning in beginnings]
    assert [
        (each["file"], said_at(tmp_path, each)[: len(beginning)])
        for each, (_, beginning) in zip(references, expected, strict=True)
    ] == expected


def test_report_says_of_a_reference_all_there_is(tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": CONFIG, "job.yaml": CRONJOB})
    report = report_of(tmp_path, "render", "job.yaml")
    assert list(report) == ["repoint", "counts", "references", "findings"]
    assert report["counts"] == {
        "account": 1,
        "attached": 1,
        "invalid": 1,
        "opened": 2,
        "rewritten": 2,
        "unmapped": 2,
    }
    assert report["references"][0] == {
        "file": "job.yaml",
        "line": 13,
        "column": 33,
        "resource": {"apiVersion": "batch/v1", "kind": "CronJob", "name": "report", "namespace": "shop"},
        "field": "spec.jobTemplate.spec.template.spec.initContainers[0].image",
        "severity": "info",
        "toDo": True,
        "outcome": "rewritten",
        "before": "busybox:1.36",
        "after": "harbor.corp.example/hub/library/busybox:1.36",
        "rule": "spec.mirrors[0] (docker.io)",
        "confidence": "certain",
        "message": "busybox:1.36 -> harbor.corp.example/hub/library/busybox:1.36",
    }
    assert [(each["before"], each["after"], each["outcome"]) for each in report["references"][1:]] == [
        ("registry.k8s.io/tool:1", "registry.k8s.io/tool:1", "unmapped"),
        ("registry.k8s.io/tool:1", "registry.k8s.io/tool:1", "unmapped"),
        ("redis", "harbor.corp.example/hub/library/redis", "rewritten"),
        ("$(IMAGE)", "$(IMAGE)", "invalid"),
    ]


def test_report_tells_of_pull_secrets_and_of_what_cannot_be_read(tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": CONFIG, "web.yaml": POD, "x.yaml": UNREADABLE})
    findings = report_of(tmp_path, "render", "web.yaml", "x.yaml")["findings"]
    web = {"apiVersion": "v1", "kind": "Pod", "name": "web", "namespace": ""}
    at_pod_spec = {"file": "web.yaml", "line": 5, "column": 3, "resource": web, "field": "spec.imagePullSecrets"}
    assert findings == [
        {
            **at_pod_spec,
            "severity": "info",
            "toDo": True,
            "outcome": "attached",
            "pullSecret": "harbor-pull",
            "keys": ["harbor.corp.example"],
            "message": "Pod web: gets the pull secret harbor-pull",
        },
        {
            **at_pod_spec,
            "severity": "info",
            "toDo": False,
            "outcome": "account",
            "message": (
                "Pod web: the pod's own list switches off what its ServiceAccount default has, which is not in the "
                "input; check that it has no imagePullSecrets, or put it into the input, and they are kept"
            ),
        },
        {
            "file": "web.yaml",
            "line": 6,
            "column": 12,
            "resource": web,
            "field": "spec.containers[0].image",
            "severity": "info",
            "toDo": False,
            "outcome": "opened",
            "pullSecret": "harbor-pull",
            "image": "harbor.corp.example/hub/library/nginx",
            "keys": ["harbor.corp.example"],
            "message": (
                "Pod web: harbor.corp.example/hub/library/nginx is opened by harbor.corp.example of the Secret "
                "harbor-pull (emitted)"
            ),
        },
        {
            "file": "x.yaml",
            "line": 3,
            "column": 1,
            "severity": "error",
            "toDo": True,
            "outcome": "unreadable",
            "message": "not YAML: did not find expected ',' or ']' (while parsing a flow sequence)",
        },
    ]


def test_report_shows_no_password_of_the_key_that_opens_an_image(tmp_path: Path) -> None:
    key = f"https://robot:{quote(PASSWORD, safe='')}@harbor.corp.example"
    auths = json.dumps({"auths": {key: {"auth": "dTpw"}}})
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: harbor-pull}\ntype: kubernetes.io/dockerconfigjson\n"
        f"stringData:\n  .dockerconfigjson: '{auths}'\n"
    )
    lay_out(tmp_path, {"repoint.yaml": CONFIG, "web.yaml": f"{ATTACHED}---\n{secret}"})
    [opened] = [each for each in report_of(tmp_path, "check", "web.yaml")["findings"] if each["outcome"] == "opened"]
    assert opened["keys"] == ["https://harbor.corp.example"]


WAYS = {"render": (), "-o": ("-o", "out"), "-i": ("-i",), "--diff": ("--diff",)}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_report_is_the_same_whatever_is_written(way: tuple[str, ...], tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": CONFIG, "web.yaml": POD, "check.yaml": POD})
    checked = report_of(tmp_path, "check", "web.yaml")
    assert checked["counts"] == {"account": 1, "attached": 1, "opened": 1, "rewritten": 1}
    assert report_of(tmp_path, "render", "web.yaml", *way) == checked


def test_report_of_a_file_whose_name_is_no_text_is_json_still(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.yaml")
    lay_out(tmp_path, {"repoint.yaml": CONFIG, name: POD})
    assert report_of(tmp_path, "check", ".")["references"][0]["file"] == name


def test_report_can_be_piped_on(tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": CONFIG})
    done = repoint(tmp_path, "check", "--report", "/dev/stdout", stdin=POD)
    assert json.loads(done.out)["references"][0]["file"] == "stdin"


def test_numbers_tell_what_is_done_from_what_is_to_do(tmp_path: Path) -> None:
    mixed = "---\n".join([pod(), pod(name="b"), pod("quay.io/x/y"), pod("harbor.corp.example/hub/x"), pod("UPPER")])
    lay_out(tmp_path, {"repoint.yaml": CONFIG, "web.yaml": mixed})
    rest = "1 kept, 1 unmapped, 1 invalid, pull secrets {} 3 places, 3 of 3 pulls with credentials proven; "
    checked, rendered = repoint(tmp_path, "check", "web.yaml"), repoint(tmp_path, "render", "-i", "web.yaml")
    assert (
        checked.err.splitlines()[-1]
        == f"repoint: 1 input: 2 of 5 images to rewrite, {rest.format('to add to')}7 to do; nothing was written"
    )
    assert rendered.err.splitlines()[-1].startswith(
        f"repoint: 1 input: 2 of 5 images rewritten, {rest.format('added to')}1 file written; 1 Secret needed"
    )


def test_numbers_and_lines_tell_of_marked_objects(tmp_path: Path) -> None:
    marked = PLAIN_CONFIG.replace("kind: MirrorConfig\n", "kind: MirrorConfig\nmetadata: {name: corp}\n")
    lay_out(tmp_path, {"repoint.yaml": f"{marked}  marker: true\n", "web.yaml": MIRRORED, "b.yaml": LIST})
    checked, rendered = repoint(tmp_path, "check", "."), repoint(tmp_path, "render", "-i", ".")
    assert "web.yaml:3:11: would change: Pod web: gets the annotation repoint.dev/mirrored-by: corp" in checked.err
    assert "1 of 2 images to rewrite, 1 kept, 2 objects to mark; 3 to do; nothing was written" in checked.err
    assert "1 of 2 images rewritten, 1 kept, 2 objects marked; 2 files written" in rendered.err


def test_no_manifest_says_lines_of_its_own(tmp_path: Path) -> None:
    """A CI system takes some lines for commands, and a terminal some characters."""
    lay_out(tmp_path, {"repoint.yaml": CONFIG})
    text = POD.replace("{name: web}", '{name: "a\\n::stop-commands::x\\e[2J", namespace: "b\\r\\u202E"}')
    done = repoint(tmp_path, "check", stdin=text)
    first, _, last = done.err.splitlines()
    assert first.startswith(r"stdin:5:3: would change: Pod b\r\u202e/a\n::stop-commands::x\x1b[2J: gets the pull")
    assert last.startswith("repoint: 1 input: ")


def test_nothing_but_the_report_is_written_by_check(tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": CONFIG, "web.yaml": POD})
    before = contents(tmp_path)
    report_of(tmp_path, "check", "web.yaml")
    assert {name: text for name, text in contents(tmp_path).items() if name != "report.json"} == before
