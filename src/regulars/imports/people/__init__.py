"""Members from a file: looked up, decided line by line, written set-wise, and taken back."""
