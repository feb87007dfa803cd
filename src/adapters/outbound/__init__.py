"""The one way out: every call to a vendor passes here, and nothing else imports httpx."""
