"""Reading JSON strictly: exact numbers, no key twice, bounded depth, every problem at its place. Knows nothing of what a text is about."""
