"""phone_verification."""
