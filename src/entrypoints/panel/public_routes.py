"""The mark of what anybody may see without having signed in."""

OPEN = "panel_open"
"""The handler option; what lacks it asks for a session."""
