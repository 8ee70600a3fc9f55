"""Applies what the mailbox holds: the RQ worker, its one job and its sweeper."""
