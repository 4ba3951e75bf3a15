"""Figures: what is counted over many journeys, and how surely it is known."""
