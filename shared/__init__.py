"""The journey's own language and the store that keeps it; this room imports no other room."""
