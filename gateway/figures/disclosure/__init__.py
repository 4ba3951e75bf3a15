"""Disclosure control: which cells of tables are hidden, and the proof that they stay hidden."""
