"""Workers with one of the two lines of defence taken away: the other has to hold alone."""
