"""The OpenAPI document: made from the table of routes and the Structs, never written by hand.

Litestar's own generator sees raw bodies and text parameters only (we decode both strictly
ourselves), so this one reads `table.ROUTES`. `python -m service.api.openapi` writes
`openapi/openapi.json`; a law fails when that file is stale, and every answer in the HTTP tests is
checked against it.
"""
