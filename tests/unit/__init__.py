"""Decisions that need nobody."""
