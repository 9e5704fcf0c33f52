"""PLUMBING: settings, database, statements, batches, embedded PostgreSQL, migrations, logging."""
