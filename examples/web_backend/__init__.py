"""A web backend that verifies phone numbers through the worker; README.md says how to run it.

Knows the worker by its contract alone: of this project it imports `phone_verification` and nothing else.
"""
