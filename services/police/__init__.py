"""The police's door, which the Witness Care Unit uses too."""
