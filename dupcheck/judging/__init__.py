"""Candidate pairs become findings: what holds, what the two differ in, and what contradicts."""
