"""What the three doors share: envelope, common words, reading, checks and the app itself."""
