"""What partners are given: fixed tables of a month and a quarter, hidden and rounded once."""
