"""What a story's words become: HTML, addresses, excerpts. Pure functions, no Flask, no database."""
