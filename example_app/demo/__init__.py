"""The demo: a local paper with stories, pictures and people, all of our own making."""
