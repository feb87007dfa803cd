"""Passwords, and later keys."""
