"""What we do: claim, ask, record; and the sweep that makes every run end.

Imports gateway, models and the contract; knows nothing of the process it runs in.
"""
