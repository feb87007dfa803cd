"""API keys of vendors."""
