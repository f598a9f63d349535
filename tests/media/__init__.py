"""Pictures: what is made of them, and where they are kept."""
