"""Run the command line as `python -m transformer`."""

import sys

from transformer.hosts.cli import main

sys.exit(main())
