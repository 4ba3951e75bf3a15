"""Who asks: tokens and their keys, the caller they tell of, and the guard at every address."""
