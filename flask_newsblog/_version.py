"""The version, where the build can read it."""

__version__ = "0.1.0"
