"""Nothing private leaks: marked numbers and codes go through everything, and are looked for everywhere."""
