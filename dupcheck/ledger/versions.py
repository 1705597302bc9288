"""The versions that a ledger's tables have gone through, oldest first; known without opening one."""

REVISIONS = ("0001", "0002", "0003", "0004")
"""The last is what this dupcheck works with."""
VERSION_TABLE = "dupcheck_version"
