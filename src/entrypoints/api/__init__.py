"""The REST interface: JSON under /api/admin, health, and the OpenAPI document."""
