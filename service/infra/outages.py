"""What the driver raises when the database is at fault, not the statement or its caller."""

from typing import Final

import asyncpg

from service.infra.db import DatabaseUnavailable

# Two transactions met; the same work again is likely to do.
AGAIN: Final = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
# The database was lost on the way: nobody knows whether the transaction was committed.
LOST: Final = (
    DatabaseUnavailable,
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,  # its disk
    asyncpg.ReadOnlySQLTransactionError,  # a replica, before or after a fail-over
    asyncpg.CannotConnectNowError,
)
