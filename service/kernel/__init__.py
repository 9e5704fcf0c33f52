"""Words every band uses: ids, allocation, calendar, actor, the kinds of expected error. No I/O."""
