"""The Crown Prosecution Service's door."""
