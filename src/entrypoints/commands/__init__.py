"""What can be asked: one frozen type for each command and query. `RequestParser` makes them from REST requests, CLI options and forms alike."""
