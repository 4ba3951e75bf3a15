"""The room that reads the store and tells a single victim timeline."""
