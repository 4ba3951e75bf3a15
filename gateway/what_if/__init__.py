"""What-if: stored journeys under a draft beside the law in force, by the API and by a command."""
