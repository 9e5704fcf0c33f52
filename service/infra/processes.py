"""Whether another process of this machine lives."""

import os


def is_alive(pid: int) -> bool:
    """There is a process with this number; one that nobody has waited for counts as alive."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
