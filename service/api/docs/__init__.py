"""The documentation as HTML, made from the OpenAPI document: no scripts, no other servers.

`build.py` makes all pages once per process. The style is one file, allowed by its hash in the
Content-Security-Policy; everything else is refused by it.
"""
