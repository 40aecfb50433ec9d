"""The HTTP service: application factory, routes, models, settings."""
