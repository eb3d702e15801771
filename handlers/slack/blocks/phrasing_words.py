"""What a reading's codes are called when people read them. Tentative on purpose."""

from collections.abc import Mapping
from typing import Final

from bot.guidance import Bid, Intent, Reading, Stance, Strain, Subtype
from bot.reflections import Topic

STANCES: Final[Mapping[Stance, str]] = {
    Stance.COLLUSION: "collusion",
    Stance.ATTUNED: "attuned",
    Stance.CONFRONTATION: "confrontation",
    Stance.MIXED: "a mix of both sides",
    Stance.NEUTRAL: "neutral",
    Stance.UNCLEAR: "unclear",
}

READS: Final[Mapping[Stance, str]] = {
    Stance.COLLUSION: "This draft seems to lean towards *collusion*",
    Stance.ATTUNED: "This draft seems *attuned*",
    Stance.CONFRONTATION: "This draft seems to lean towards *confrontation*",
    Stance.MIXED: "This draft seems to go *both ways*: part of it soothes, part of it opposes",
    Stance.NEUTRAL: "This draft seems *neutral*: there is little in it to weigh",
    Stance.UNCLEAR: "I am not sure how this draft would land",
}

SUBTYPES: Final[Mapping[Subtype, str]] = {
    Subtype.AGREE: "agreeing with the verdict",
    Subtype.REASSURE: "reassuring before the worry is explored",
    Subtype.FLATTER: "praising instead of asking",
    Subtype.SIDE: "taking sides against somebody else",
    Subtype.DEFLECT: "stepping around what was said",
    Subtype.COMPLY: "giving what is asked so that the tension stops",
    Subtype.CONTRADICT: "contradicting, even if kindly",
    Subtype.CHALLENGE: "asking for proof or origin",
    Subtype.PERSUADE: "persuading or advising",
    Subtype.DIRECT: "directing or warning",
    Subtype.LABEL: "giving the remark a label",
    Subtype.DEFEND: "defending yourself",
    Subtype.REFLECT: "giving back what you heard",
    Subtype.EXPLORE: "exploring the meaning",
    Subtype.IMMEDIACY: "speaking of what happens between you",
    Subtype.VALIDATE: "making the feeling understandable",
    Subtype.COLLABORATE: "finding the way together",
    Subtype.HOLD_FRAME: "holding a limit warmly",
}

BIDS: Final[Mapping[Bid, str]] = {
    Bid.SELF_CRITICISM: "a verdict on the self, which invites you to agree or to argue",
    Bid.CRITICISM_OF_THERAPIST: "criticism of you, which invites you to apologise or to defend",
    Bid.REASSURANCE: "a wish to be reassured, which invites you to soothe or to correct",
    Bid.ADVICE: "a wish for advice, which invites you to hand over an answer or to withhold one",
    Bid.IDEALISATION: "admiration, which invites you to enjoy it or to wave it away",
    Bid.BOUNDARY: "a wish beyond the frame, which invites you to give in or to turn cold",
    Bid.DISENGAGEMENT: "stepping back, which invites you to let it pass or to push",
    Bid.HOPELESSNESS: "hopelessness, which invites you to join it or to argue against it",
    Bid.ANGER: "anger, which invites you to calm it down or to answer in kind",
    Bid.SPLITTING: "a call to take sides, which invites you to join or to defend the other",
    Bid.FRAME: "lateness, fees or missed hours, which invites you to overlook or to lecture",
    Bid.SILENCE: "silence, which invites you to fill it or to press",
    Bid.ENDING: "an ending, which invites you to let go at once or to hold on",
    Bid.PERSONAL_QUESTION: "a question about you, which invites you to answer or to close the door",
    Bid.AMBIVALENCE: "two minds at once, which invites you to back one of them",
    Bid.INFORMATION: "plain information; it does not seem to pull either way",
    Bid.RISK: "a safety matter, which comes before any wording",
}

STRAINS: Final[Mapping[Strain, str]] = {
    Strain.BOND: "the *bond* (how safe and understood the client feels with you)",
    Strain.GOALS: "the *goals* (what the two of you are working towards)",
    Strain.TASKS: "the *tasks* (how you go about it together)",
}

REFUSALS: Final[Mapping[Intent, str]] = {
    Intent.EMPTY: (
        "There were no words to read, so nothing happened and I kept nothing. "
        "Type what the client said, and your draft if you have one."
    ),
    Intent.NOT_ENGLISH: (
        "This does not look like English, and I read English only for now. "
        "I kept nothing. Your supervisor is the better reader here."
    ),
    Intent.NO_WORDS: (
        "I found emoji or signs but no words, so there was nothing to read. "
        "I kept nothing. Type what was said in words."
    ),
    Intent.CODE: (
        "This looks like code or a log rather than something said in a session. "
        "I kept nothing. Type what the client said, and your draft if you have one."
    ),
    Intent.TOO_LONG: (
        "This is longer than I can read at once (3,000 characters). I kept nothing. "
        "Send only the one exchange that you are thinking about."
    ),
    Intent.INSTRUCTIONS: (
        "This reads like instructions to me rather than something said in a session, and I only "
        "read exchanges. I kept nothing. Type what the client said, and your draft."
    ),
}
"""Texts that cannot be read: what happened, what was kept, what to do."""

_TOPIC_OF_BID: Final[Mapping[Bid, Topic]] = {
    Bid.SELF_CRITICISM: Topic.SELF_CRITICISM,
    Bid.CRITICISM_OF_THERAPIST: Topic.RUPTURE,
    Bid.REASSURANCE: Topic.COLLUSION,
    Bid.ADVICE: Topic.TASKS,
    Bid.IDEALISATION: Topic.BOND,
    Bid.BOUNDARY: Topic.BOUNDARIES,
    Bid.DISENGAGEMENT: Topic.RUPTURE,
    Bid.HOPELESSNESS: Topic.GOALS,
    Bid.ANGER: Topic.RUPTURE,
    Bid.SPLITTING: Topic.COLLUSION,
    Bid.FRAME: Topic.BOUNDARIES,
    Bid.SILENCE: Topic.SILENCE,
    Bid.ENDING: Topic.ENDINGS,
    Bid.PERSONAL_QUESTION: Topic.BOUNDARIES,
    Bid.AMBIVALENCE: Topic.GOALS,
    Bid.RISK: Topic.RISK,
}
_TOPIC_OF_STRAIN: Final[Mapping[Strain, Topic]] = {
    Strain.BOND: Topic.BOND,
    Strain.GOALS: Topic.GOALS,
    Strain.TASKS: Topic.TASKS,
}
_TOPIC_OF_STANCE: Final[Mapping[Stance, Topic]] = {
    Stance.COLLUSION: Topic.COLLUSION,
    Stance.CONFRONTATION: Topic.CONFRONTATION,
}


def topic_of(reading: Reading | None) -> Topic | None:
    """Return the topic under which a question is counted for supervision, where it can be told.

    The client's bid names it, else the strained part of the alliance, else the stance.
    """
    if reading is None:
        return None
    if reading.bid is not None and reading.bid in _TOPIC_OF_BID:
        return _TOPIC_OF_BID[reading.bid]
    if reading.strains is not None:
        return _TOPIC_OF_STRAIN[reading.strains]
    return _TOPIC_OF_STANCE.get(reading.stance)
