"""Paths below /__sim__/ by which tests read and set what no client of Twilio's can."""
