"""What an inspector looks for on a journey beside the Code's duties, found from facts alone."""
