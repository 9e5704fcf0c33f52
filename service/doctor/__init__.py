"""ENTRANCE: says in words what is wrong with an installation, and what to do about it.

It reads and changes nothing. `server.py` and `walls.py` judge what PostgreSQL is set to and what
the schema has become, `process.py` the settings of the service, `backlog.py` what waits, `redis.py`
Redis where it is used; `run.py` asks and has them judge. The judgements are pure: facts in,
findings out. `wrong` is what loses data, lets somebody in or keeps the service from working;
`warning` what will hurt one day.
"""
