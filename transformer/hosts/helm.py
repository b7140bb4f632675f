"""A post-renderer of Helm, 3 and 4: manifests in and out, with what is made where Helm installs it in time.

Helm 3 takes the output as it is and creates runs of objects in the order of the stream (pkg/kube/client.go), so that a
Secret behind the pods that need it would come late; Helm 4 sorts by itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from transformer.crds import is_schema
from transformer.documents import join, split
from transformer.errors import ManifestSyntaxError
from transformer.hosts import outputs, run
from transformer.hosts.planning import config_of, plan, with_namespace
from transformer.hosts.sources import Source
from transformer.nodes import compose
from transformer.resources import resources

# What Helm installs before and with Secrets (pkg/releaseutil/kind_sorter.go, InstallOrder), or has from `crds/`.
_BEFORE_OTHERS = {
    "CustomResourceDefinition",
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
}
# Helm 3 shows it where an output says it: there nobody sees standard error, and files in a folder are as they were.
# To Helm 4 an output without anything in it would be an error, also for a chart without objects.
_NOTHING = "nothing came in, so nothing was rewritten; Helm 3 passes no hooks on and, with --output-dir, nothing at all"


def post_render(source: Source, options: argparse.Namespace) -> int:
    """Print what becomes of the manifests of a chart, and return the exit code."""
    called, config = config_of(options)
    config = with_namespace(config, options.namespace)
    if not source.text.strip():
        outputs.write([], printed=f"# repoint: {_NOTHING}\n".encode())
        if not options.quiet:
            print(f"repoint: {_NOTHING}", file=sys.stderr)
        return run.DONE
    planned = plan([source], called, config, skip_unreadable=options.skip_unreadable, quiet=options.quiet)
    return run.print_planned(planned, options, joined=before_others)


def before_others(texts: Sequence[str], made: Sequence[str]) -> str:
    """Return a stream of the documents in `texts` and, before the first object that may need them, those made.

    No Namespace comes behind them: in one that is not there yet nothing can be made, while pods wait for a Secret.
    """
    stream = join(texts)
    if not made:
        return stream
    documents = [each.text for each in split(stream)]
    place = _place(documents)
    whole = join(filter(None, ["".join(documents[:place]), *made, "".join(documents[place:])]))
    # What Helm passes on begins so, and what several charts came to may be written to one file.
    return whole if place or whole.startswith("---") else f"---\n{whole}"


def _place(documents: Sequence[str]) -> int:
    """Return the index of the first document behind the last Namespace that Helm installs after Secrets."""
    namespaces = (index for index, text in enumerate(documents) if "Namespace" in text and "Namespace" in _kinds(text))
    first = max(namespaces, default=-1) + 1
    late = (index for index in range(first, len(documents)) if _kinds(documents[index]) - _BEFORE_OTHERS)
    return next(late, len(documents))


def _kinds(document: str) -> set[str]:
    """Return the kinds of the objects in a document; of one that is passed on unread, a kind that nobody knows."""
    try:
        root = None if is_schema(document) else compose(document)
        return {each.kind for each in resources(root)}
    except ManifestSyntaxError:
        return {""}
