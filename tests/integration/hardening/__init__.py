"""Celery's holes, each tried on a worker that closes it and on one whose piece is switched off."""
