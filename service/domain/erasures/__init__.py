"""What the tables hold in words about a person, taken away: the other side of the export.

One noun for all tables, as it is for the export: what is left of a person is looked for table by
table, and in one place. Figures, ids and instants stay.
"""
