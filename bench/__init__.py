"""Every figure of the project's speed, as a ratio against something measured in the same run."""
