"""Pictures: taken in, kept in their sizes, placed in stories."""
