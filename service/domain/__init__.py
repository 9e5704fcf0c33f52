"""NOUNS. Each is a package of the same few files; none imports another (a flow touches two).

__init__.py  its face: what it is, its invariants
types.py     frozen Structs and enums, those of its requests and answers too
errors.py    what a caller can run into
store.py     functions over its own SQL (sql/queries/<noun>.sql), `tx` first; imported by flows
             and by reading entrances through the noun only
others       pure modules named for what they compute
"""
