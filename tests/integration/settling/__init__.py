"""Runs in doubt: what becomes of a send or a check whose answer was lost."""
