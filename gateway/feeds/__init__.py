"""Feed silences: which systems stopped sending without a word, noticed and kept."""
