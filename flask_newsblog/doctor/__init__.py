"""What may be wrong with a site, and what to do about it."""
