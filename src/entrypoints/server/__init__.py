"""The HTTP server: its socket, its worker processes, and what it allows a connection. One decision names every figure: ADR 25."""
