"""The handover to the host: its rules as a table, and how the host is asked."""
