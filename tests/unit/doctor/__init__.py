"""What doctor decides from facts, without anybody to ask."""
