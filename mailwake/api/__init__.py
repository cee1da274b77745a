"""The REST face: every operation of the catalog as a route under `/api/v1`, with OpenAPI 3.1 and RFC 9457 problems.

Nothing here knows an operation by name: routes, texts and schemas come from `operations.contract`.
"""
