"""A person's rights over what is kept about them, and when it goes."""

from bot.privacy.service import Privacy, PrivacyReceipt

__all__ = ["Privacy", "PrivacyReceipt"]
