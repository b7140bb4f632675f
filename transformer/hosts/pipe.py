"""What a host pipes in: a ResourceList, to a function of kustomize or kpt, or manifests, to a post-renderer of Helm."""

from __future__ import annotations

import argparse

from transformer.errors import UsageError
from transformer.hosts import helm, krm, sources
from transformer.hosts.resource_list import resource_list


def rewrite(options: argparse.Namespace) -> int:
    """Print what becomes of standard input, and return the exit code. Raises UsageError where files are named."""
    if options.paths:
        raise UsageError(f"files need a command, such as: repoint render {' '.join(options.paths)}")
    [source] = sources.read([sources.STDIN])
    found = resource_list(source)
    return krm.rewrite(found, options) if found else helm.post_render(source, options)
