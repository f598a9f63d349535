"""The staff's screens: they add no rule of their own."""
