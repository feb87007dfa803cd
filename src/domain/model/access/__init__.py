"""Admins, sessions, API tokens and their rights."""
