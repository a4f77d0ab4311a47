"""How we ask Twilio: one port, Verify behind it, and what its answers mean.

Twilio's words stay in here. Imports the contract's closed sets; knows no table and no task.
"""
