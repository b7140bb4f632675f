"""What carries manifests in and out: the only modules that do I/O."""
