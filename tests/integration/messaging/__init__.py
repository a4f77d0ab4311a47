"""Texts of our own words: codes that we make, messages, the fallback, and what became of them."""
