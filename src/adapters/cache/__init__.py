"""Where lists are kept."""
