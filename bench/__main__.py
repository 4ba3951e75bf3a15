"""Runs every bench one after the other: `make bench`."""

from bench import publish_styles

print("How to publish: one event a request, kept before the reply (docs/adr/0004)\n")
publish_styles.main()
