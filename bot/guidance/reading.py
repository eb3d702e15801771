"""Reads a pair: where the reply stands between collusion, attunement and confrontation.

Named features vote, clause by clause; the rules of the codebook decide between them (numbers in
the comments are the codebook's). Where the votes lie close, the engine abstains and gives both
readings. The words are tentative throughout: human raters agree only moderately on such codes.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from bot.guidance.bids import bid_of, strain_of
from bot.guidance.encoder import Opinion, weightiest
from bot.guidance.features import Hit, found_in
from bot.guidance.folding import Clause
from bot.guidance.judge import abstain_below, kind_of, numbers, pull_of, weighed
from bot.guidance.loader import knowledge
from bot.guidance.model import Evidence, Exchange, Reading, Side, Stance, Subtype

_POLES = (Stance.COLLUSION, Stance.CONFRONTATION)
_SURE = 0.9
_STRONG = 1.6
_OVERRULED = 0.35
_BEFORE_BUT = 0.3
_FURTHER = 0.25
# Set so that the mean confidence on statements unseen while the features were written (.69) meets
# the share read right there (.68).
_TEMPERATURE = 1.3
_ABSTAIN = 0.46
_SHOWN = 3
_LEANS_ATTUNED = 0.4
_QUESTION_LEANS = 0.5
_STORY = "tells_own_story"
_SAFETY = "asks_about_safety"


@dataclass(frozen=True, slots=True)
class _Votes:
    scores: dict[Stance, float]
    hits: list[Hit]

    @property
    def decided_by_rule(self) -> bool:
        """Rule 5: a direct, caring question about danger is attuned by definition."""
        return any(hit.feature == _SAFETY for hit in self.hits)


def read(exchange: Exchange, opinion: Opinion | None = None) -> Reading:
    """Return the reading of an exchange, with the encoder's ``opinion`` where there is one.

    Without a reply there is nothing to judge: the reading is neutral with full bid and strain.
    """
    bid = pull_of(opinion) if opinion else bid_of(exchange.client)
    strains = strain_of(exchange.client, bid)
    if not exchange.reply:
        why = str(knowledge("texts")["why"]["nothing"])
        return Reading(Stance.NEUTRAL, None, 0.0, 0.0, (), bid, strains, why)
    votes = _votes(exchange)
    if votes.decided_by_rule:
        opinion = None
    chances = (
        weighed(numbers(exchange.reply, votes.scores, opinion))
        if opinion
        else _chances(votes.scores)
    )
    position = round(chances[Stance.CONFRONTATION] - chances[Stance.COLLUSION], 3)
    ranked = sorted(chances, key=lambda stance: -chances[stance])
    stance, confidence = ranked[0], round(chances[ranked[0]], 3)
    least = abstain_below() if opinion else _ABSTAIN
    if confidence < least or _depends_on_school(votes.hits):
        also = (ranked[0], ranked[1])
        why = str(knowledge("texts")["why"]["unclear"])
        evidence = _evidence(votes.hits, also, None, opinion)
        return Reading(
            Stance.UNCLEAR, None, position, confidence, evidence, bid, strains, why, also
        )
    subtype = _subtype(votes.hits, stance, opinion)
    if stance in (Stance.MIXED, Stance.NEUTRAL):
        position = 0.0
    return Reading(
        stance,
        subtype,
        position,
        confidence,
        _evidence(votes.hits, (stance,), subtype, opinion),
        bid,
        strains if stance is not Stance.NEUTRAL else None,
        _why(stance, subtype, votes.hits),
    )


def scores_of(exchange: Exchange) -> dict[Stance, float]:
    """Return how strongly the rules speak for each stance; not probabilities."""
    return _votes(exchange).scores


def _votes(exchange: Exchange) -> _Votes:
    parts, hits = found_in(exchange.reply or "", exchange.client)
    hits = _held_frame(_after_but(parts, hits))
    scores: dict[Stance, float] = defaultdict(float)
    for stance in (Stance.COLLUSION, Stance.ATTUNED, Stance.CONFRONTATION, Stance.NEUTRAL):
        weights = sorted((hit.weight for hit in hits if hit.stance is stance), reverse=True)
        # The strongest hit counts in full, each further one adds a little: many weak words are
        # no pole.
        scores[stance] = sum(
            weight * (1.0 if rank == 0 else _FURTHER) for rank, weight in enumerate(weights)
        )
    _by_rule(scores, hits, parts)
    return _Votes(dict(scores), hits)


def _after_but(parts: list[Clause], hits: list[Hit]) -> list[Hit]:
    """Rule 2: the clause after "but" rules what stands before it."""
    turn = max((number for number, clause in enumerate(parts) if clause.turns), default=0)
    if turn == 0 or not any(hit.clause >= turn for hit in hits):
        return hits
    return [hit if hit.clause >= turn else _weighed(hit, hit.weight * _BEFORE_BUT) for hit in hits]


def _weighed(hit: Hit, weight: float) -> Hit:
    return Hit(hit.feature, hit.stance, hit.subtype, weight, hit.start, hit.end, hit.clause)


def _held_frame(hits: list[Hit]) -> list[Hit]:
    """Rule 6: a limit that leaves room for the wish is held, not thrown."""
    limits = [hit for hit in hits if hit.feature == "sets_limit"]
    warm = [hit for hit in hits if hit.stance is Stance.ATTUNED]
    if not (limits and warm):
        return hits
    return [
        Hit(hit.feature, Stance.ATTUNED, Subtype.HOLD_FRAME, 3.0, hit.start, hit.end, hit.clause)
        if hit.feature == "sets_limit"
        else hit
        for hit in hits
    ]


def _by_rule(scores: dict[Stance, float], hits: list[Hit], parts: list[Clause]) -> None:
    names = {hit.feature for hit in hits}
    if _SAFETY in names:  # rule 5
        return
    asks = any(clause.asks for clause in parts)
    scores[Stance.ATTUNED] += _QUESTION_LEANS if asks else _LEANS_ATTUNED
    held = any(hit.subtype is Subtype.HOLD_FRAME for hit in hits)
    pole = max(scores[stance] for stance in _POLES)
    if pole >= _STRONG and not held:  # rule 2: an attuned clause does not cancel a pole
        surplus = max(0.0, scores[Stance.ATTUNED] - pole)
        scores[Stance.ATTUNED] = scores[Stance.ATTUNED] * _OVERRULED + surplus
    if _contradicts_and_praises(hits):  # rule 1
        scores[Stance.MIXED] = scores[Stance.COLLUSION] + scores[Stance.CONFRONTATION]


def _contradicts_and_praises(hits: list[Hit]) -> bool:
    best: dict[Subtype | None, float] = defaultdict(float)
    for hit in hits:
        best[hit.subtype] = max(best[hit.subtype], hit.weight)
    return best[Subtype.CONTRADICT] >= _STRONG and best[Subtype.FLATTER] >= _STRONG


def _chances(scores: dict[Stance, float]) -> dict[Stance, float]:
    raised = {
        stance: math.exp(score / _TEMPERATURE)
        for stance, score in scores.items()
        if score > 0 or stance in (*_POLES, Stance.ATTUNED)
    }
    total = sum(raised.values())
    return {stance: raised.get(stance, 0.0) / total for stance in Stance}


def _depends_on_school(hits: list[Hit]) -> bool:
    """Rule 7: self-disclosure alone is no reading; schools differ on it."""
    return any(hit.feature == _STORY for hit in hits) and not any(
        hit.feature != _STORY and hit.weight >= _SURE for hit in hits
    )


def _subtype(hits: list[Hit], stance: Stance, opinion: Opinion | None) -> Subtype | None:
    totals: dict[Subtype, float] = defaultdict(float)
    for hit in hits:
        if hit.stance is stance and hit.subtype is not None:
            # A second sign of the same move counts a little.
            best = max(totals[hit.subtype], hit.weight)
            totals[hit.subtype] = best + (0.1 if totals[hit.subtype] else 0.0)
    if opinion is not None:
        return kind_of(stance, opinion, totals)
    if not totals:
        return {Stance.ATTUNED: Subtype.REFLECT}.get(stance)
    return max(totals, key=lambda subtype: totals[subtype])


def _evidence(
    hits: list[Hit],
    stances: tuple[Stance, ...],
    subtype: Subtype | None,
    opinion: Opinion | None,
) -> tuple[Evidence, ...]:
    """Return the words that decided: the rules' first, then those that moved the encoder most."""
    wanted = set(stances) | (set(_POLES) if Stance.MIXED in stances else set())
    chosen = sorted(
        (hit for hit in hits if hit.stance in wanted),
        key=lambda hit: (hit.subtype is not subtype, -hit.weight, hit.start),
    )
    places = [(hit.start, hit.end) for hit in chosen]
    places += weightiest(opinion, stances[0]) if opinion else []
    shown: list[Evidence] = []
    for start, end in places:
        if all(end <= other.start or start >= other.end for other in shown):
            shown.append(Evidence(start, end, Side.REPLY))
        if len(shown) == _SHOWN:
            break
    return tuple(shown)


def _why(stance: Stance, subtype: Subtype | None, hits: list[Hit]) -> str:
    texts = knowledge("texts")["why"]
    if subtype is Subtype.CONTRADICT and _is_kind(hits):
        return str(texts["kind_contradiction"])
    return str(texts[subtype.value if subtype else stance.value])


def _is_kind(hits: list[Hit]) -> bool:
    """Tell whether a contradiction comes as comfort: "you're not" rather than "you're wrong"."""
    return not any(
        hit.stance is Stance.CONFRONTATION
        and hit.subtype in (Subtype.DIRECT, Subtype.LABEL, Subtype.DEFEND, Subtype.PERSUADE)
        for hit in hits
    )
