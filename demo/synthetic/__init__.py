"""Makes any number of synthetic journeys from a seed, and beside them what is true of each."""
