"""The handlers, one family of paths a module; `ingest_api.route_table` puts them together."""
