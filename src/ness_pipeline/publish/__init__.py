"""Audit, content hash, the swap that readers never notice, earlier publications."""
