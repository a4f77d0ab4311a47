"""The statements that move a run, one by one and all at once, on real databases."""
