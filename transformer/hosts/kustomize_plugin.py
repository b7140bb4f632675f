"""A legacy exec plugin of kustomize: the config in a file, a stream on standard input, nothing there for a generator.

(kustomize, api/internal/plugins/execplugin.) This is what `kubectl kustomize --enable-alpha-plugins` can run.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from transformer.config import Config
from transformer.config_file import config_in, root_of
from transformer.documents import join, split
from transformer.hosts import run, sources
from transformer.hosts.planning import plan_build, plan_whole
from transformer.hosts.sources import Source
from transformer.kustomize import coming_from, ordering_hashes, origins, origins_of_generated
from transformer.nodes import compose
from transformer.resources import resources

_CALLED = "MirrorConfig"
# To kustomize nothing at all is no object, as it is to everybody; a person may take it for a failure.
_NOTHING = "# repoint: there is no Secret to make\n"


def rewrite(options: argparse.Namespace) -> int:
    """Print what becomes of standard input or, where that is empty, what there is to generate; return the exit code."""
    config = _config(options.config)
    [source] = sources.read([sources.STDIN])
    if source.text:
        return _transform(source, config, options)
    planned = plan_whole([config.default_namespace], _CALLED, ordering_hashes(config))
    known = origins_of_generated(config.default_namespace)
    return run.print_made(planned, options, lambda made: coming_from(known, join(made)) or _NOTHING)


def _transform(source: Source, config: Config, options: argparse.Namespace) -> int:
    planned = plan_build([source], _CALLED, config)

    def joined(texts: Sequence[str], made: Sequence[str]) -> str:
        documents = split(source.text) if made else ()
        known = origins(found for each in documents for found in resources(compose(each.text)))
        return run.join_behind(texts, [coming_from(known, text) for text in made])

    return run.print_planned(planned, options, joined)


def _config(file: Path) -> Config:
    """Return the config as kustomize passes it, with its lines in another order, so that messages name none."""
    root, _ = root_of(sources.source_of(str(file), file.read_bytes()).text, str(file))
    return config_in(root, called=_CALLED, folder=str(Path.cwd()))
