"""Attune, a supervision bot for psychotherapy clinics: the domain."""
