"""The process: Celery app, settings, wiring, hardening, logging, the sweeper's thread, command line.

Imports everything else; nothing else imports this.
"""
