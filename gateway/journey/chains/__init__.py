"""What follows one from another on a journey: chains, handovers, delays, and the victim's word."""
