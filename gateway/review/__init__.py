"""Joint reviews of a police area: figures, thresholds, breaches, and what is to be done."""
