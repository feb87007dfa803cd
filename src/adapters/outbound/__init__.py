"""The HTTP client for all outbound calls. No other package imports httpx."""
