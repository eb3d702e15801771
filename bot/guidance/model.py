"""What phrasing guidance speaks of: an exchange, a reading of it, and the answer.

The words are those of the codebook in ``docs`` (collusion, attuned, confrontation). A reading is
always of a pair: what the client said and what the clinician said or wants to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stance(StrEnum):
    """Where a reply stands towards the client's remark; ``unclear`` is an abstention."""

    COLLUSION = "collusion"
    ATTUNED = "attuned"
    CONFRONTATION = "confrontation"
    MIXED = "mixed"
    NEUTRAL = "neutral"
    UNCLEAR = "unclear"


class Subtype(StrEnum):
    """The kind of move within a stance, as the codebook names it."""

    AGREE = "agree"
    REASSURE = "reassure"
    FLATTER = "flatter"
    SIDE = "side"
    DEFLECT = "deflect"
    COMPLY = "comply"
    CONTRADICT = "contradict"
    CHALLENGE = "challenge"
    PERSUADE = "persuade"
    DIRECT = "direct"
    LABEL = "label"
    DEFEND = "defend"
    REFLECT = "reflect"
    EXPLORE = "explore"
    IMMEDIACY = "immediacy"
    VALIDATE = "validate"
    COLLABORATE = "collaborate"
    HOLD_FRAME = "hold_frame"


class Bid(StrEnum):
    """What the client's line pulls for; ``information`` pulls for nothing."""

    SELF_CRITICISM = "self_criticism"
    CRITICISM_OF_THERAPIST = "criticism_of_therapist"
    REASSURANCE = "reassurance"
    ADVICE = "advice"
    IDEALISATION = "idealisation"
    BOUNDARY = "boundary"
    DISENGAGEMENT = "disengagement"
    HOPELESSNESS = "hopelessness"
    ANGER = "anger"
    SPLITTING = "splitting"
    FRAME = "frame"
    SILENCE = "silence"
    ENDING = "ending"
    PERSONAL_QUESTION = "personal_question"
    AMBIVALENCE = "ambivalence"
    INFORMATION = "information"
    RISK = "risk"


class Strain(StrEnum):
    """The part of the alliance under strain (Bordin 1979)."""

    BOND = "bond"
    GOALS = "goals"
    TASKS = "tasks"


class Kind(StrEnum):
    """What sort of answer this is."""

    PHRASE = "phrase"
    SAFETY = "safety"
    OTHER = "other"


class Side(StrEnum):
    """Whose words an offset points into."""

    CLIENT = "client"
    REPLY = "reply"


class Intent(StrEnum):
    """What was typed when it is not a phrasing question."""

    HELP = "help"
    SETTINGS = "settings"
    THANKS = "thanks"
    PAUSE = "pause"
    RESUME = "resume"
    DELETE = "delete"
    MY_DATA = "my_data"
    PRIVACY = "privacy"
    GREETING = "greeting"
    UNKNOWN = "unknown"
    EMPTY = "empty"
    NOT_ENGLISH = "not_english"
    NO_WORDS = "no_words"
    CODE = "code"
    TOO_LONG = "too_long"
    INSTRUCTIONS = "instructions"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A client's line and the clinician's reply or draft; either may be missing."""

    client: str | None
    reply: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that decided: ``text[start:end]`` of the side named."""

    start: int
    end: int
    side: Side


@dataclass(frozen=True, slots=True)
class Reading:
    """How a pair reads.

    Attributes:
        stance: The reading, or ``unclear`` when the engine abstains.
        subtype: The kind of move; none for mixed, neutral and unclear readings.
        position: From -1 (collusion) over 0 to +1 (confrontation).
        confidence: From 0 to 1, of the stance.
        evidence: The words that point there, strongest first.
        bid: What the client's line pulls for, where it could be told.
        strains: The part of the alliance under strain, where it could be told.
        why: One sentence in tentative words.
        also: Both readings when unclear; otherwise empty.
    """

    stance: Stance
    subtype: Subtype | None
    position: float
    confidence: float
    evidence: tuple[Evidence, ...]
    bid: Bid | None
    strains: Strain | None
    why: str
    also: tuple[Stance, ...] = ()


@dataclass(frozen=True, slots=True)
class Safety:
    """The fixed answer to words that may be a safety matter.

    Attributes:
        concern: A code such as ``suicide`` or ``clinician_risk``; never a level or a score.
        steps: Fixed lines, in order; the clinic's own contact and number are added by the screen.
        ways_to_ask: Direct, caring questions; the only phrasing offered here.
    """

    concern: str
    steps: tuple[str, ...]
    ways_to_ask: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What guidance says to one question.

    Attributes:
        kind: Phrase (a reading or pulls), safety, or other (see ``intent``).
        exchange: What was understood; both sides empty for kind ``other``.
        reading: The reading of the draft, when there was one to read.
        pulls: Without a draft, the two pulls to watch for (collusion, confrontation).
        hint: One hint for another try in the clinician's own words.
        alternatives: Two or three attuned lines.
        safety: The safety answer, for kind ``safety`` alone.
        intent: What was meant, for kind ``other`` alone.
        source: The published work that the answer leans on; empty for kind ``other``.
    """

    kind: Kind
    exchange: Exchange
    reading: Reading | None = None
    pulls: tuple[str, str] | None = None
    hint: str | None = None
    alternatives: tuple[str, ...] = ()
    safety: Safety | None = None
    intent: Intent | None = None
    source: str = ""
