"""Doctor, on an installation that is well and on each way in which it is not."""
