"""The example's page, used by a person in a real browser."""
