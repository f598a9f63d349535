"""Replies: what readers leave under a story, and how it is judged and shown."""
