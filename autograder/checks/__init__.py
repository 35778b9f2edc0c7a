"""What a right answer is, one module a notebook."""
