"""The rewrites, in the order in which they run; each takes a Manifest and yields Findings.

Those in LAST_RULES run once all documents of an input are planned, and take what these say about each other too.
"""

from transformer.rules import (
    existing_secrets,
    image_pull_secrets,
    images,
    likely_images,
    marker,
    registry_secret_data,
    secret_references,
    service_accounts,
    uncovered_fields,
    untyped,
)

RULES = (
    untyped.report,
    images.rewrite,
    uncovered_fields.report,
    likely_images.rewrite,
    image_pull_secrets.add,
    secret_references.follow,
    registry_secret_data.update,
    marker.mark,
)
LAST_RULES = (service_accounts.extend, existing_secrets.refuse)
