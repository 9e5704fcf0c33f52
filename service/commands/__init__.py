"""The commands of `regulars`: one file, one command or group, in `command`.

`service/cli.py` lists them and imports only the one that runs. place.py opens the database
a command works on; http.py serves.
"""
