"""The audit: every administrative act with who, where and why, and the days of acts sealed.

An act is written by the flow that does it, in its transaction, and never changed or deleted: the
service may not, and verification would tell. What entries and operations say for themselves
(adjustments, returns, undoing) is no act; whatever else an administrator does is. Acts hold ids,
codes and digests, so that erasing a person leaves them whole: sentences stay where they can be
forgotten, with the operation that an act names. A reason is one word, such as a ticket's number.

Each day (UTC) that is over is closed once: its acts, in order of time and id, are the leaves of a
Merkle tree (RFC 6962), and its head covers the root and the head before. Whoever keeps a head
elsewhere can prove later that nothing before it was changed, added or left out; so it is told in an
event. Weighed: a chain from act to act would put all administrators behind one lock.
"""
