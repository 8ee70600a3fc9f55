"""The OpenAPI document, made of the types that validate and of a short description per route."""
