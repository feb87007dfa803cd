"""What Modeldesk answers, for REST and `--format json` alike: each response type once, filled by one serializer."""
