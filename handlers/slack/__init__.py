"""Attune in Slack."""
