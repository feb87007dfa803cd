"""What is known of models apart from the vendors' own lists."""
