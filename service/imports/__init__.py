"""ENTRANCE: files. Members and purchases of CSV, NDJSON and Parquet files, taken in by the verbs.

An import runs in time order: the clock of each purchase is its own `occurred_at`, and what falls
due between two purchases is posted at its own instant. A file that is not in time order is sorted
first (order.py). It streams, it may be killed at any moment and goes on where it stopped
(progress.py), and run twice is run once. What cannot be taken in goes to the rejects file with line
and reason.

The path of a file: files.py (format, digest) -> ndjson.py | table.py, csv_file.py, parquet_file.py
-> purchase_rows.py | member_rows.py (strict rows) -> run_purchases.py | run_members.py (verbs).

*NDJSON*: a JSON object a line, as the bodies of `POST /v1/purchases` and `POST /v1/members`.
A purchase has its `occurred_at`; a member may have `enrolled_at` and `opening`, a list of
`{"wallet", "amount", "earned_at", "expires_at"}`.
*CSV* (UTF-8, commas, a header) and *Parquet*, purchases: a row a line item, the rows of a purchase
one below the other; members: a row a member. Columns: purchase_rows.py, member_rows.py.

Weighed: unsorted rows as late purchases (limits and budgets would be taken in the order of the
file), a row a purchase with nested lines (CSV cannot), guessing column names (slips would be too).
"""
