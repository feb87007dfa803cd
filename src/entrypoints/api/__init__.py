"""The REST API: JSON under /api/admin, health, and the OpenAPI document."""
