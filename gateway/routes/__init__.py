"""The gateway's doors: each reads the store, asks the heart and tells; none decides anything."""
