"""One suite over the stand-ins and the real thing."""
