"""Moving stories in and out."""
