"""Samples: journeys drawn at random from a frozen frame, so that anybody can draw them again."""
