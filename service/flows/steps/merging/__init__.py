"""What merging members and undoing it share.

A row is re-keyed where rules, limits, returns or reads look for it by its holder: so the busy paths
ask of one holder as ever, and a merge costs one statement a table. What is only ever added stays
where it was made: entries, operations, transfers, steps of clubs, events. Where those of a purchase
are asked for, the holder's kin is asked too. `home_id` of a row is the member whose it is when
nobody is merged; by it all of that finds back.

A merge writes it to the lots of both. Units of before go back to who had them then, those of since
by the purchase they came of. The purchase alone, as first designed, took back from the survivor
what the other one had given away before the two were merged.
"""
