"""What is done with a shell, a module for each field of work."""
