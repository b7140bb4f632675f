"""What is likely an image in a text: tables of text in, references out, and the measure on texts labeled by hand."""

from __future__ import annotations

import pytest
from likely_measure import labeled, listed, measure, table
from mirroring import config, override

from transformer.config import Config
from transformer.likely import hits, is_image_name

CONFIG = config(
    {"docker.io": "h.example/hub", "quay.io/org": "h.example/quay", "*.gcr.io": "h.example/gcr"},
    keep=["keep.example"],
    images=[override("over.example/a", to="new.example/b")],
)
A = "sha256:" + "a" * 64

# A text, the name it stands under, and what is likely an image in it without anything else that is known.
SURE = {
    # The registry is a host that the config names.
    "a mirror's source": ("quay.io/org/app:1", "", ["quay.io/org/app:1"]),
    "a mirror's source, another path": ("quay.io/other/app:1", "", ["quay.io/other/app:1"]),
    "a mirror's source, a subdomain": ("eu.gcr.io/p/app:1", "", ["eu.gcr.io/p/app:1"]),
    "a mirror's source, upper case": ("QUAY.io/org/app:1", "", ["QUAY.io/org/app:1"]),
    "a mirror's target": ("h.example/hub/app:1", "", ["h.example/hub/app:1"]),
    "kept": ("keep.example/app:1", "", ["keep.example/app:1"]),
    "an override": ("over.example/a:1", "", ["over.example/a:1"]),
    "an override's new name": ("new.example/b:1", "", ["new.example/b:1"]),
    "the hub": ("docker.io/nginx:1", "", ["docker.io/nginx:1"]),
    "a digest": (f"quay.io/org/app@{A}", "", [f"quay.io/org/app@{A}"]),
    "tag and digest": (f"quay.io/org/app:1@{A}", "", [f"quay.io/org/app:1@{A}"]),
    "two components, no tag": ("quay.io/org/app", "", ["quay.io/org/app"]),
    "a digest of the hub's": (f"org/app@{A}", "", [f"org/app@{A}"]),
    # What it stands under is named like an image.
    "a name of the hub's and a tag": ("org/app:1", "PROXY_IMAGE", ["org/app:1"]),
    "a word and a tag": ("nginx:1.27", "image", ["nginx:1.27"]),
    "a host that nothing is known of": ("r.example/app:1", "--image", ["r.example/app:1"]),
    "a host that nothing is known of, no tag": ("r.example/app", "image", ["r.example/app"]),
    "a port": ("r.example:5000/app", "image", ["r.example:5000/app"]),
    "localhost": ("localhost:5000/app:1", "image", ["localhost:5000/app:1"]),
    # What it stands under in its line.
    "a flag": ("--proxy-image=org/app:1", "", ["org/app:1"]),
    "a flag and a blank": ("run --image nginx:1", "", ["nginx:1"]),
    "a variable of a script": ("set -e\nIMAGE=nginx:1\n", "", ["nginx:1"]),
    "a key": ("x: 1\nimage: nginx:1\n", "", ["nginx:1"]),
    "a quoted key of JSON": ('{"image": "nginx:1"}', "", ["nginx:1"]),
    "a quoted key of JSON in JSON": ('"{\\"image\\": \\"nginx:1\\"}"', "", ["nginx:1"]),
    "an element of XML": ("<image>nginx:1</image>", "", ["nginx:1"]),
    "an element of XML with attributes": ('<proxyImage type="x">nginx:1</proxyImage>', "", ["nginx:1"]),
    "an element about an image": ("<imageTag>nginx:1</imageTag>", "", []),
    "an element that has ended": ("<image/>nginx:1", "", []),
    "the key of another line": ("image:\nfoo nginx:1", "", []),
    "a key about an image": ("imageVersion: org/app:1", "", []),
    # What stands around it.
    "several": (
        "3.9.0=quay.io/org/kafka:1-3.9.0\n4.0.0=quay.io/org/kafka:1-4.0.0\n",
        "",
        ["quay.io/org/kafka:1-3.9.0", "quay.io/org/kafka:1-4.0.0"],
    ),
    "a list with commas": ("quay.io/org/a:1,quay.io/org/b:1", "", ["quay.io/org/a:1", "quay.io/org/b:1"]),
    "twice": ("quay.io/org/a:1 quay.io/org/a:1", "", ["quay.io/org/a:1", "quay.io/org/a:1"]),
    "in a sentence": ("Uses quay.io/org/a:1. Or not.", "", ["quay.io/org/a:1"]),
    "in parentheses": ("(quay.io/org/a:1)", "", ["quay.io/org/a:1"]),
    "in single quotes": ("'quay.io/org/a:1'", "", ["quay.io/org/a:1"]),
    "in an element": ("<from>quay.io/org/a:1</from>", "", ["quay.io/org/a:1"]),
    "in an element, no tag": ("<from>\n  quay.io/org/a\n</from>", "", ["quay.io/org/a"]),
    "in several elements": ("<a>quay.io/org/a</a><a>quay.io/org/b</a>", "", ["quay.io/org/a", "quay.io/org/b"]),
    "in backticks": ("`quay.io/org/a:1`", "", ["quay.io/org/a:1"]),
    "a scheme of Docker's": ("docker://quay.io/org/a:1", "", ["quay.io/org/a:1"]),
    "a scheme of OCI's": ("oci://quay.io/org/a:1", "uri", ["quay.io/org/a:1"]),
    "a scheme of OCI's, no tag": ("helm pull oci://quay.io/org/chart", "", ["quay.io/org/chart"]),
    "a scheme of OCI's, one component, no tag": ("oci://quay.io/charts", "", ["quay.io/charts"]),
    "a scheme of OCI's behind a flag": ("--source=oci://quay.io/org/a:1", "", ["quay.io/org/a:1"]),
    "what the kubelet reports": (f"docker-pullable://quay.io/org/a@{A}", "", [f"quay.io/org/a@{A}"]),
    # None of them.
    "nothing": ("", "image", []),
    "a word": ("nginx", "image", []),
    "a registry": ("quay.io", "image", []),
    "a registry and a port": ("quay.io:443", "", []),
    "one component below a registry, no tag": ("quay.io/org", "", []),
    "a URL": ("https://quay.io/org/app:1", "image", []),
    "a URL of another scheme": ("s3://quay.io/org/app:1", "uri", []),
    "a scheme before a host alone": ("oci://quay.io docker://quay.io:443", "", []),
    "a layout on the disk": ("oci:///quay.io/org/app:1", "", []),
    "where a chart is pushed": ("helm push a-1.tgz oci://quay.io/org/charts", "", []),
    "where an artifact is pushed": ("flux push artifact oci://quay.io/org/a:1 --path=.", "", []),
    "an import path": ("ko://quay.io/org/app", "image", []),
    "a path": ("/usr/quay.io/org/app:1", "image", []),
    "a relative path": ("./quay.io/org/app:1", "image", []),
    "a path of the home": ("~/quay.io/org/app:1", "image", []),
    "the end of a variable": ("$quay.io/org/app:1", "image", []),
    "behind a template": ("{{ registry }}/org/app:1", "image", []),
    "before a template": ("quay.io/org/app:{{ tag }}", "image", []),
    "before a variable": ("quay.io/org/app:${TAG}", "image", []),
    "before a placeholder": ("quay.io/org/app:<tag>", "image", []),
    "before a placeholder in a name": ("quay.io/org/<name>:1", "image", []),
    "a pattern": ("quay.io/org/*", "image", []),
    "a pattern of tags": ("quay.io/org/app:1.*", "image", []),
    "a digest alone": (A, "image", []),
    "upper case in the path": ("quay.io/Org/App:1", "image", []),
    "a Windows path": ("C:\\quay.io", "image", []),
    "a time": ("12:30:00", "image", []),
    "a key about an image, a name of the hub's": ("org/app:1", "imageVersion", []),
    "two components of the hub's, no tag": ("org/app", "image", []),
    "a host and a port": ("db.example:5432", "", []),
    "an address": ("10.0.0.1:80", "", []),
    "a label": ("app.kubernetes.io/name", "", []),
    "a project of the hub's in full, one component": ("docker.io/hostpath", "", []),
    "a tag and a digest without a name": (f"v2.4.2@{A}", "tag", []),
    "a value that SOPS encrypted": ("ENC[AES256_GCM,data:+8VoC,tag:vva==,type:str]", "image", []),
}


@pytest.mark.parametrize(("text", "name", "expected"), SURE.values(), ids=SURE)
def test_hits_without_evidence(text: str, name: str, expected: list[str]) -> None:
    found = [hit for hit in hits(text, name, CONFIG) if not hit.evidence]
    assert [hit.reference for hit in found] == expected
    assert [text[hit.start : hit.end] for hit in found] == expected


# A text, the name it stands under, and each reference in it with what has to be known for it to be one.
EVIDENCE = {
    "a host that nothing is known of": ("r.example/app:1", "", {"r.example/app:1": "r.example"}),
    "a host that nothing is known of, no tag": ("r.example/a/b", "", {"r.example/a/b": "r.example/a/b"}),
    "one component below a known host": ("quay.io/org", "", {"quay.io/org": "quay.io/org"}),
    "a scheme, a host that nothing is known of": ("oci://r.example/a", "", {"r.example/a": "r.example/a"}),
    "a name of the hub's and a tag": ("org/app:1", "", {"org/app:1": "docker.io/org/app:1"}),
    "a word and a tag": ("nginx:1.27", "", {"nginx:1.27": "docker.io/library/nginx:1.27"}),
    "a name of the hub's": ("org/app", "", {"org/app": "docker.io/org/app"}),
    "a name of the hub's under an image, no tag": ("org/app", "image", {"org/app": "docker.io/org/app"}),
    "a host and a port": ("db:5432", "", {"db:5432": "docker.io/library/db:5432"}),
    "a flag's value": ("--from=org/app:1", "", {"org/app:1": "docker.io/org/app:1"}),
    "sure": ("quay.io/org/a:1", "", {"quay.io/org/a:1": ""}),
}


@pytest.mark.parametrize(("text", "name", "expected"), EVIDENCE.values(), ids=EVIDENCE)
def test_hits_say_what_has_to_be_known(text: str, name: str, expected: dict[str, str]) -> None:
    assert {hit.reference: hit.evidence for hit in hits(text, name, CONFIG)} == expected


def test_a_name_of_the_hub_needs_evidence_where_the_config_says_nothing_of_it() -> None:
    (hit,) = hits("nginx:1.27", "image", config({"quay.io": "h.example"}))
    assert hit.evidence == "docker.io/library/nginx:1.27"


def test_the_catch_all_names_no_host() -> None:
    (hit,) = hits("r.example/app:1", "", config({"*": "h.example/all"}))
    assert hit.evidence == "r.example"


def test_without_a_config_only_names_tell() -> None:
    assert [hit.evidence for hit in hits("quay.io/a/b:1", "", Config())] == ["quay.io"]
    assert [hit.evidence for hit in hits("quay.io/a/b:1", "image", Config())] == [""]


def test_hits_reads_a_long_text_once() -> None:
    """Were what stands before each run searched to its beginning, this would take longer than anyone can wait."""
    text = "a b=" * 100_000 + " image: nginx:1 " + "x/" * 100_000
    assert [hit.reference for hit in hits(text, "", CONFIG) if not hit.evidence] == ["nginx:1"]


# Names of keys, variables and flags, and whether they are those of what holds an image.
NAMES = {
    "image": True,
    "Image": True,
    "IMAGE": True,
    "images": True,
    "img": True,
    "proxyImage": True,
    "PROXY_IMAGE": True,
    "--proxy-image": True,
    "-image": True,
    "imageName": True,
    "imageURL": True,
    "IMAGE_REPOSITORY": True,
    "RELATED_IMAGE_KUBE_RBAC_PROXY": True,
    "RELATED_IMAGE_SERVER_VERSION": True,
    "STRIMZI_KAFKA_IMAGES": True,
    "image.repository": True,
    "sidecar.istio.io/proxyImage": True,
    "": False,
    "name": False,
    "imagine": False,
    "imageless": False,
    "imagePullPolicy": False,
    "image-pull-policy": False,
    "imagePullSecrets": False,
    "imageTag": False,
    "IMAGE_TAG": False,
    "IMAGE_VERSION": False,
    "imageDigest": False,
    "imageID": False,
    "imageRegistry": False,
    "RELATED_VERSION": False,
}


@pytest.mark.parametrize(("name", "expected"), NAMES.items(), ids=map(repr, NAMES))
def test_is_image_name(name: str, expected: bool) -> None:
    assert is_image_name(name) is expected


def test_of_what_is_likely_an_image_nearly_all_is_one() -> None:
    measured = measure()
    said = f"precision {measured.precision:.3f}, recall {measured.recall:.3f}\n{table(measured)}"
    assert measured.precision >= 0.98, f"{said}\nhit, and labeled as none:\n{listed(measured.wrong)}"
    assert measured.recall >= 0.8, f"{said}\nlabeled as an image, and not hit:\n{listed(measured.missed)}"


def test_every_label_is_a_part_of_its_text() -> None:
    """What no program could find would make the measure a wrong one."""
    assert [each for each in labeled() if any(image not in each.text for image in each.images)] == []
