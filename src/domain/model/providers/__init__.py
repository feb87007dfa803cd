"""Providers and provider classes."""
