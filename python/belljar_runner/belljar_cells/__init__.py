"""The interpreter of a session: what cells run in, behind the glass."""
