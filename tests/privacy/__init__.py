"""Nothing private leaks: a marked number and code go through everything, and are then looked for everywhere."""
