"""Point Kubernetes manifests at a registry mirror, with the pull secrets they then need."""
