"""Runs every bench one after the other: `make bench`."""

import asyncio

from bench import (
    appends,
    growing,
    heart,
    imports,
    pages,
    publish_styles,
    reading,
    register,
)

print("How to publish: one event a request, kept before the reply (docs/adr/0004)\n")
publish_styles.main()
print("\nThe doors: events kept, beside their anchors\n")
appends.main()
print("\nThe client: a file imported, beside COPY\n")
imports.main()
print("\nThe heart: the whole rulebook on one journey after the other\n")
heart.measure(heart.JOURNEYS, heart.ROUNDS)
print("\nThe store read from end to end, page by page\n")
asyncio.run(pages.measure(pages.JOURNEYS, pages.ROUNDS))
print("\nThe register: events projected, beside how fast they are ingested\n")
register.main([])
print("\nTimelines, lists, figures and the register, as the store grows\n")
growing.main(None, *reading.PARTS, arguments=[])
