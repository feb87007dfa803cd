"""The stories of the desk, told over ports."""
