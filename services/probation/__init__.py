"""The Probation Service's door."""
