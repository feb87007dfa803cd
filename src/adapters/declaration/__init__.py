"""Documents that declare providers."""
