"""A post-renderer of Helm, 3 and 4: what Helm passes on comes back rewritten, with the Secrets where it wants them."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import CONFIG, lay_out, repoint

from transformer.documents import split

# -- where a Secret stands --------------------------------------------------------------------------------------------


def document(kind: str, more: str = "", version: str = "v1") -> str:
    """Return a document as Helm 3 passes it on."""
    head = f"---\n# Source: shop/templates/{kind.lower()}.yaml\napiVersion: {version}\nkind: {kind}\n"
    return f"{head}metadata: {{name: web, namespace: shop}}\n{more}"


NAMESPACE, ACCOUNT, CONFIG_MAP = document("Namespace"), document("ServiceAccount"), document("ConfigMap")
DEFINITION = document("CustomResourceDefinition", "spec: {scope: Namespaced}\n", "apiextensions.k8s.io/v1")
POD = document("Pod", "spec:\n  containers:\n  - {name: web, image: nginx}\n")
LIST = document("List", "items:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: shop}\n")
COMMENT = "---\n# Source: shop/templates/off.yaml\n# nothing is switched on\n"
UNREADABLE = document("Job", f"image: {'[' * 501}{']' * 501}\n", "batch/v1")

# The documents that come in, and how many of them are before the Secret that goes out with them.
PLACES = {
    "first of all": ([POD], 0),
    "before what a pod may mount": ([CONFIG_MAP, POD], 0),
    "behind its namespace and accounts": ([NAMESPACE, ACCOUNT, CONFIG_MAP, POD], 2),
    "behind a namespace that comes after crds/": ([DEFINITION, NAMESPACE, POD], 2),
    "behind a namespace in a list, at the end": ([POD, LIST], 2),
    "behind what has no object": ([COMMENT, POD], 1),
    "before what cannot be read": ([ACCOUNT, UNREADABLE, POD], 1),
}


@pytest.mark.parametrize(("given", "before"), PLACES.values(), ids=PLACES)
def test_a_secret_stands_where_helm_3_makes_it_in_time(given: list[str], before: int, tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": CONFIG})
    done = repoint(tmp_path, "--skip-unreadable", stdin="".join(given))
    documents = [each.text for each in split(done.out.decode())]
    assert [index for index, each in enumerate(documents) if "\nkind: Secret\n" in each] == [before]
    assert all(each.startswith("---\n") for each in documents)
    assert len(documents) == len(given) + 1


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_nothing_comes_out_as_a_comment(quiet: tuple[str, ...], tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": CONFIG})
    done = repoint(tmp_path, *quiet, stdin="\n")
    said = "repoint: nothing came in, so nothing was rewritten; "
    assert (done.code, done.out.decode().startswith(f"# {said}"), done.out.count(b"\n")) == (0, True, 1)
    assert done.err == ("" if quiet else done.out.decode().removeprefix("# "))
