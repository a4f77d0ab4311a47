"""The guard before Twilio: what it counts, what it forbids, and what it leaves alone."""
