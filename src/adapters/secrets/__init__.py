"""Password hashing and encryption of keys."""
