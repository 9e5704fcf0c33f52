"""ENTRANCE: JSON over HTTP. Decode strictly, ask a verb or a read, render; nothing else.

The way of a request: `edge.py` (limits, request id, errors as problems, log) -> Litestar's router
-> `route.py` (key and scope, then the body or query, strictly) -> a handler in `purchases.py`,
`members.py`, … -> `reply.py` (bytes). `table.py` lists all routes; the documentation and the checks
of the tests are made from the same table.

Where Litestar is left aside, and why: it decodes leniently (`"1"` becomes 1), answers 500 to
invalid UTF-8 and deep JSON, ignores Content-Type, and its way from the router to a handler is half
of the time of a small request. Its router, lifespan and registration are used as they are.
"""
