"""Tells marketplace sellers which of their listings break the duplicate-listing rules, and how to mend them."""
