"""A legacy exec plugin of kustomize: the config in a file, a stream on standard input, nothing there for a generator.

(kustomize, api/internal/plugins/execplugin.) This is what `kubectl kustomize --enable-alpha-plugins` can run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from transformer.config import Config
from transformer.config_file import config_in, root_of
from transformer.documents import join
from transformer.hosts import run, sources
from transformer.hosts.planning import plan_build, plan_whole
from transformer.kustomize import ordering_hashes

_CALLED = "MirrorConfig"
# To kustomize nothing at all is no object, as it is to everybody; a person may take it for a failure.
_NOTHING = "# repoint: there is no Secret to make\n"


def rewrite(options: argparse.Namespace) -> int:
    """Print what becomes of standard input or, where that is empty, what there is to generate; return the exit code."""
    config = _config(options.config)
    [source] = sources.read([sources.STDIN])
    if source.text:
        return run.print_planned(plan_build([source], _CALLED, config), options)
    planned = plan_whole([config.default_namespace], _CALLED, ordering_hashes(config))
    return run.print_made(planned, options, lambda made: join(made) or _NOTHING)


def _config(file: Path) -> Config:
    """Return the config as kustomize passes it, with its lines in another order, so that messages name none."""
    root, _ = root_of(sources.source_of(str(file), file.read_bytes()).text, str(file))
    return config_in(root, called=_CALLED, folder=str(Path.cwd()))
