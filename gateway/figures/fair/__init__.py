"""Fair comparison: how far shares differ by chance alone, between organisations and over time."""
