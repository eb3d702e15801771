"""Telling an admin what needs their hand."""

from bot.notices.service import Notices

__all__ = ["Notices"]
