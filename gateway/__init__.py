"""How we ask Twilio: two ports, Verify and Messaging behind them, and what their answers mean.

Twilio's words stay in here. Imports the contract's closed sets; knows no table and no task.
"""
