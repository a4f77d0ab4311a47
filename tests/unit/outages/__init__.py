"""An outage of Twilio's, played with the real decisions and a clock that jumps."""
