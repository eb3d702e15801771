"""Attune, a supervision bot for psychotherapy clinics. This is the map of the house.

    handlers call bot; storage serves bot; bot knows neither

clinic         teams, roles, preferences, and the one table of who may do what
checkins       asking each clinician once a week; who answered, apart from what was said
deidentify     taking clients' names and other details out of a text
reflections    closed weekly windows of anonymous answers; digests tell what may be told of them
guidance       reading a draft: collusion, attuned, confrontation; the safety gate comes first
questions      phrasing questions and calls for help; neither words nor answers are kept
deliveries     schedules and the ledger: every post planned, made once, and accounted for
notices        telling an admin what needs a hand; privacy: what is kept about a person, and rights

``bootstrap`` puts everything together, ``operations`` is what an operator can do, ``services`` is
what handlers see; errors, messages, ports and settings each stand on one page.
"""
