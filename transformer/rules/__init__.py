"""The rewrites, in the order in which they run; each takes a Manifest and yields Findings."""

from transformer.rules import image_pull_secrets, images, likely_images, uncovered_fields

RULES = (images.rewrite, uncovered_fields.report, likely_images.rewrite, image_pull_secrets.add)
