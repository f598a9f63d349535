"""A complete news site as a Flask blueprint."""
