"""Webhooks: who is told of a change, what is sent, and what became of it."""
