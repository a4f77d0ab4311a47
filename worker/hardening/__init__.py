"""Celery, hardened: one small subclass per hole, chosen by a setting, never a patch of its modules."""
