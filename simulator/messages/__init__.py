"""What Programmable Messaging knows and answers; nothing here waits, so every answer is one atomic step."""
