"""Provider classes: clients for vendors' list APIs."""
