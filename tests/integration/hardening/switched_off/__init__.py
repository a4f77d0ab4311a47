"""Workers with one piece of the hardening switched off, at the seam where it was chosen."""
