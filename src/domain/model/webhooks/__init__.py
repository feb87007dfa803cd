"""Webhooks: who receives a change, what is sent, and what became of it."""
