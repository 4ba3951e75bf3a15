"""The code lists with their days: organisations, which of them serve which force, and outcomes."""
