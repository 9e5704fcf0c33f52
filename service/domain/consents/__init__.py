"""Consents: what members said to being written to, channel by channel (e-mail, sms, post ...).

Each word is kept with where it was said, to which text, and who wrote it down; none is changed. The
last one said counts, however late it is written down: who said no in a store that was offline has
said no from then on. None was said after it was written down: a clock that runs ahead does not make
a yes outlive the no that follows. Of a yes and a no at one instant the no counts. `source` and
`wording` are codes of the shop, no free text, so nothing personal stands in them.

Nothing here lets or keeps anybody from writing: the systems that write ask, or are told by events
and by connectors, which send personal data only under a consent.

Merged members have said what either of them said; words stay with the id they were said for. Of
what was said while two were one, a no holds for both when they are two again.
"""
