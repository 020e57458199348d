"""What an operator sees of a running process: numbers, health, one line a record."""
