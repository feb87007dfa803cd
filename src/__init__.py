"""Modeldesk: the desk from which a platform runs its AI."""
