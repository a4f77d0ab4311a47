"""How we ask Twilio, without Twilio."""
