"""The demo: sample journeys, played through the agencies' own doors and told by the gateway."""
