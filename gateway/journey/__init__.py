"""The pure heart: events, rules and a calendar in, one journey out; no clock, web or store."""
