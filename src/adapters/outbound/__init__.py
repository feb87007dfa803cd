"""The HTTP client for all calls to vendors. No other package imports httpx."""
