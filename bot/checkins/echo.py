"""Something back at once: an observation about the moment, and a question to take along."""

from dataclasses import dataclass
from typing import Final

from bot.guidance import Guidance, Reading, Safety, Stance, safety
from bot.reflections import AnonymousReflection, Pull

_OBSERVED: Final = {
    Stance.COLLUSION: "The reply you describe may lean towards collusion: easing the moment "
    "before its meaning is clear.",
    Stance.CONFRONTATION: "The reply you describe may lean towards confrontation, in the sense "
    "used here: the therapist pressing against what was said.",
    Stance.ATTUNED: "The reply you describe seems to stay with what was said.",
    Stance.MIXED: "The reply you describe may pull both ways at once.",
}

_ASKED: Final = {
    Pull.COLLUDE: "What might have happened in the room if you had not eased the moment?",
    Pull.COLLUDE_A_BIT: "What did agreeing or soothing spare the two of you just then?",
    Pull.ATTUNED: "What helped you to stay in the middle, and how would you find it again?",
    Pull.CONFRONT_A_BIT: "What was it that you most wanted your client to see just then?",
    Pull.CONFRONT: "What was at stake for you when you pushed back?",
}
_OPEN_QUESTION: Final = "If the same moment came again next week, what would you be curious about?"


@dataclass(frozen=True, slots=True)
class Echo:
    """What Attune says back. With ``safety`` that comes first, there is no observation, and the
    words were not kept.
    """

    observation: str | None
    question: str
    safety: Safety | None = None


async def echo(guidance: Guidance, text: str, reflection: AnonymousReflection) -> Echo:
    """Read the moment described, where it holds an exchange, and choose a question."""
    question = _ASKED[reflection.pull] if reflection.pull is not None else _OPEN_QUESTION
    if not text.strip():
        return Echo(None, question)
    concern = await guidance.concern(text)
    if concern is not None:
        return Echo(None, question, safety(concern))
    answer = await guidance.ask(text)
    return Echo(_observation(answer.reading), question)


def _observation(reading: Reading | None) -> str | None:
    if reading is None or reading.stance not in _OBSERVED:
        return None
    return f"{_OBSERVED[reading.stance]} {reading.why}".strip()
