"""The doctor: each check, shown failing and passing on a real host."""
