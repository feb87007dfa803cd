"""A strict JSON parser: exact numbers, no repeated keys, bounded depth, and a location for every problem. Independent of any schema."""
