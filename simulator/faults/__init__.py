"""What may go wrong between a client and Twilio, and when it does."""
