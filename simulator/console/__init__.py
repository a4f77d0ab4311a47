"""What the account's console shows: status, funds, senders, permissions; read only, nothing is sent.

Everything here is a setting, hence a switch; `presets` has a name for each state that goes wrong.
"""
