"""The use cases of Modeldesk, over ports."""
