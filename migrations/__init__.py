"""The store's history: one numbered file for each change of its tables, roles or grants."""
