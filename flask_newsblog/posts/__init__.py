"""Stories: how they are found, changed and shown."""
