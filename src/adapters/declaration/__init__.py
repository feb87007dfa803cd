"""Reading and writing declarations of providers."""
