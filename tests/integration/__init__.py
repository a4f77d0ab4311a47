"""Everything real."""
