"""Who did it to whom: the parties of a firing by the frame of its trigger and the cases of the noun phrases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.events.chunks import PARTIES, Chunk
from pipeline.events.clauses import COMPLEMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.firing import Firing
    from pipeline.events.grammar import Grammar

# Genitives farther from the trigger than this belong to something else.
GENITIVE_REACH = 9
# The genitive of who acts stands right before the noun of the act.
NEXT = 1
MEDIA = "JRN"
# CAMEO of killing and of wounding.
KILLED = frozenset({"186", "182"})
# Acts whose object needs no case marker.
SEIZING = frozenset({"COERCE", "RETREAT", "ASSAULT", "SANCTION"})
SUBJECTS = PARTIES - {"pair"}
# Acts that reach a place as they reach a state: aid TO TIGRAY.
REACHING = frozenset({"ASSAULT", "AID", "SANCTION"})
# Acts in words, which a capital stands for its government in: asked PYONGYANG.
SPOKEN = frozenset({"REQUEST", "ACCUSE", "REJECT", "THREATEN"})


@dataclass(frozen=True, slots=True)
class Parties:
    """The two sides, whether the actor was carried over from elsewhere, and the place visited, if any."""

    actors: tuple[Chunk, ...]
    recipients: tuple[Chunk, ...]
    inherited: bool = False
    mutual: bool = False
    place: Chunk | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """The noun phrases a firing can draw on: those of its clause, and the agent of the sentence before it.

    `unknown_agent`: the clause marks as agent a word that is no known party; `owners` are the genitives that can be
    the agent where there is no verb; `last` stands alone behind the predicate.
    """

    near: tuple[Chunk, ...]
    after: tuple[Chunk, ...]
    carried: tuple[Chunk, ...]
    others: tuple[Chunk, ...]
    unknown_agent: bool = False
    owners: tuple[Chunk, ...] = ()
    last: Chunk | None = None


def assign(firing: Firing, cast: Cast, grammar: Grammar) -> Parties:
    """Fill the frame of a firing."""
    kind = grammar.frames[firing.act.frame].kind
    if kind == "mutual":
        return _mutual(firing, cast, grammar)
    if kind == "visit":
        return _visit(firing, cast, grammar)
    if kind == "host":
        return _host(firing, cast, grammar)
    return _directed(firing, cast, grammar)


def side(chunks: Sequence[Chunk], head: Chunk | None) -> tuple[Chunk, ...]:
    """Return a chunk with all that are coordinated with it."""
    if head is None:
        return ()
    if not head.group:
        return (head,)
    return tuple(c for c in chunks if c.group == head.group)


def agent(firing: Firing, cast: Cast, grammar: Grammar) -> tuple[tuple[Chunk, ...], bool]:
    """Return the agent or subject of a firing, and whether it was carried over from another clause."""
    frame = grammar.frames[firing.act.frame]
    if firing.occasion and (grammar.ergative or frame.kind != "mutual"):
        return (), False
    cases = frame.recipient if frame.kind == "host" else frame.actor
    marked = [
        c
        for c in cast.near
        if c.case in {"agent", "by"} and c.case in cases and c.kind in PARTIES and c.sector != MEDIA
    ]
    if marked:
        return side(cast.near, marked[0]), False
    if firing.group is None and cast.owners:
        return _owner(firing, cast), False
    if cast.unknown_agent:
        return (), False
    able = may_have_subject(firing, grammar) and "subject" in cases
    subject = (subject_of(cast.near) or _behind(firing, cast)) if able else None
    if subject is not None:
        return side(cast.near, subject), False
    carried = () if _is_passive(firing, grammar, also="nominal") else cast.carried
    return carried, bool(carried)


def _behind(firing: Firing, cast: Cast) -> Chunk | None:
    """Who stands right behind the verb: a person in a headline, anybody at the end: "has warned them CHINA"."""
    last = cast.last
    if last is not None and last.kind in SUBJECTS and last.case in {None, "agent"} and last.sector != MEDIA:
        return last
    after = cast.after[0] if cast.after else None
    fits = after is not None and after.start == firing.stop and after.kind == "person" and after.case is None
    return after if fits else None


def _owner(firing: Firing, cast: Cast) -> tuple[Chunk, ...]:
    """The agent of a headline without a verb: the first genitive, "Iran's warning to Iraq".

    Whose death it was did not kill.
    """
    able = [c for c in cast.owners if c.kind in PARTIES and c.sector != MEDIA]
    if firing.act.cameo in KILLED:
        return ()
    return side(cast.near, able[0]) if able else ()


def may_have_subject(firing: Firing, grammar: Grammar) -> bool:
    """Whether an unmarked noun phrase can be the subject: not with transitive verbs in the past."""
    if not grammar.ergative:
        return not _is_passive(firing, grammar)
    if firing.group is None or firing.tense not in {"past", "passive"}:
        return True
    return firing.tense == "past" and bool(firing.group.verbs & frozenset(grammar.table.get("intransitive", ())))


def _is_passive(firing: Firing, grammar: Grammar, also: str = "passive") -> bool:
    """Whether the grammatical subject of a firing suffers what is done; `also` is a tense to be taken as passive."""
    middle = not grammar.ergative and bool(firing.act.verbs & frozenset(grammar.table.get("intransitive", ())))
    return firing.tense in {"passive", also} and not middle


def subject_of(chunks: Sequence[Chunk], *, passive: bool = False) -> Chunk | None:
    """The first unmarked noun phrase that can act; the media only report, but journalists are seized and killed."""
    able = SUBJECTS - {"pronoun"} | {"pair"}
    return next(
        (
            c
            for c in chunks
            if c.case is None and c.kind in able and (c.sector != MEDIA or (passive and c.kind == "people"))
        ),
        None,
    )


def by_case(firing: Firing, chunks: Sequence[Chunk], cases: Sequence[str], taken: Sequence[Chunk]) -> tuple[Chunk, ...]:
    """Return the noun phrases in the first of the cases that any has, nearest to the trigger."""
    used = {(c.chart, c.start) for c in taken}
    for case in cases:
        for chunk in reversed(chunks):
            if chunk.case != case or (chunk.chart, chunk.start) in used or chunk.kind == "pronoun":
                continue
            if case == "genitive" and (firing.start - chunk.case_end > GENITIVE_REACH or _before_agent(chunk, taken)):
                continue
            if firing.act.adjacent and chunk.case_end != firing.start:
                continue
            return tuple(c for c in side(chunks, chunk) if (c.chart, c.start) not in used)
    return ()


def _before_agent(chunk: Chunk, taken: Sequence[Chunk]) -> bool:
    """Whether a genitive stands before the agent: then it belongs to something else."""
    return any(c.case == "agent" and c.chart == chunk.chart and chunk.start < c.start for c in taken)


def _mutual(firing: Firing, cast: Cast, grammar: Grammar) -> Parties:
    frame = grammar.frames[firing.act.frame]
    before = [c for c in cast.near if c.end <= firing.start or grammar.case_first]
    between = [c for c in before if c.case == "between" and c.kind in PARTIES | {"place"}]
    if between and not (between[-1].kind == "pair" and any(c.case == "agent" for c in before)):
        # "Between Iran WITH the USA": the two need not be joined by a conjunction.
        joined = [c for c in before if c.case == "with" and c.case_end == between[-1].start]
        return Parties((*joined, *side(cast.near, between[-1])), (), mutual=True)
    actors, inherited = agent(firing, cast, grammar)
    cases = firing.act.to or frame.recipient
    partners = by_case(firing, _people(before), [c for c in cases if c != "genitive"], actors)
    if not partners and firing.act.words:
        partners = by_case(firing, _people(cast.after), [c for c in cases if c in {"from", "with"}], actors)
    if firing.occasion and partners and not actors:
        # "X said after talks with Y": who speaks has talked.
        actors = side(cast.near, next((c for c in cast.near if c.case == "agent" and c.kind in PARTIES), None))
    if inherited or not actors:
        owners = by_case(firing, _people(before), ("genitive",), partners)
        if owners:
            actors, inherited = owners, False
    elif not partners and "genitive" in cases and firing.group is not None:
        partners = by_case(firing, _people(before), ("genitive",), actors) if "genitive" in firing.act.to else ()
    return Parties(actors, partners, inherited, mutual=True)


def _people(chunks: Sequence[Chunk]) -> list[Chunk]:
    return [c for c in chunks if c.kind in PARTIES]


def _visit(firing: Firing, cast: Cast, grammar: Grammar) -> Parties:
    where = next((c for c in cast.after if c.start == firing.end and c.kind in {"state", "place"}), None)
    if where is None:
        svo = not grammar.ergative
        places = [c for c in cast.near if c.kind in {"state", "place"} and (c.end <= firing.stop or svo)]
        wanted: tuple[str | None, ...] = ("genitive", "in", None) if firing.act.words else (None, "in")
        wanted = (firing.act.to or grammar.frames["visit"].recipient) if svo else wanted
        wanted = tuple(None if case == "bare" else case for case in wanted)
        where = next((c for case in wanted for c in reversed(places) if c.case == case), None)
    actors, inherited = agent(firing, cast, grammar)
    if where is not None and where in actors and may_have_subject(firing, grammar):
        # "Bharat daure par aayenge Putin": the place stands bare before who comes.
        actors = side(cast.near, subject_of([c for c in cast.near if c is not where]))
    actors = tuple(c for c in actors if c is not where)
    if (inherited or not actors) and firing.act.words:
        owners = [c for c in cast.near if c.case == "genitive" and c is not where and c.kind == "person"]
        if owners:
            actors, inherited = side(cast.near, owners[0]), False
    return Parties(actors, (where,) if where else (), inherited, place=where)


def _host(firing: Firing, cast: Cast, grammar: Grammar) -> Parties:
    hosts, inherited = agent(firing, cast, grammar)
    before = [c for c in _people(cast.near) if c.end <= firing.start or grammar.order == "SVO"]
    guests = by_case(firing, before, grammar.frames[firing.act.frame].actor, hosts)
    if not guests and _is_passive(firing, grammar):
        guests = side(before, subject_of(before))
    return Parties(guests, hosts, inherited)


def _directed(firing: Firing, cast: Cast, grammar: Grammar) -> Parties:
    frame = grammar.frames[firing.act.frame]
    cases = firing.act.to or frame.recipient
    if firing.act.target:
        cases = firing.act.target
    if firing.act.said == "self" and grammar.order == "SOV":
        return _judged(firing, cast)
    actors, inherited = agent(firing, cast, grammar)
    before = [c for c in cast.near if c.start < firing.start or c.end <= firing.stop or grammar.case_first]
    open_to = [c for c in before if c.kind in PARTIES or (c.kind == "place" and _takes_place(firing, c))]
    recipients = _outermost(open_to, cases, actors) if firing.act.after_infinitive else ()
    recipients = recipients or by_case(firing, open_to, cases, actors)
    if all(c.country is None for c in recipients):
        recipients = _by_head(firing, open_to, cases, actors) or recipients
    unmarked = "object" in cases and bool(grammar.table.get("unmarked_objects"))
    if not recipients and (firing.act.type in SEIZING or unmarked) and firing.tense == "past":
        recipients = _object(firing, before, actors, unmarked=unmarked)
    suffered = _is_suffered(firing, frame.kind)
    # A place is the last that a passive can mean: "two Americans were killed in Jordan".
    placed = all(c.case == "in" for c in recipients)
    if not firing.occasion and (suffered or (placed and _is_passive(firing, grammar, also="nominal"))):
        patient = side(before, subject_of([c for c in before if c.case is None], passive=True))
        recipients = patient or recipients
        actors = tuple(c for c in actors if c not in recipients and not (suffered and inherited))
    if not recipients and "bare" in cases:
        recipients = _bare(firing, cast, actors)
    if not recipients and "pronoun" in cases:
        ours = {c.country for c in actors}
        recipients = tuple(c for c in cast.others if c.country not in ours)[-1:]
    if not actors and frame.kind in {"self", "harm"} and "genitive" in frame.actor:
        owners = by_case(firing, before, ("genitive",), recipients)
        next_to = tuple(c for c in owners if firing.start - c.case_end <= NEXT)
        if firing.act.cameo in KILLED:
            recipients = next_to or recipients
        else:
            actors = next_to
    return Parties(actors, recipients, inherited and bool(actors))


def _judged(firing: Firing, cast: Cast) -> Parties:
    """The speaker and of whom it is said: "said that the PARTY was corrupt"."""
    actors = cast.carried if firing.clause.link == COMPLEMENT else ()
    before = [c for c in cast.near if c.end <= firing.start]
    owners = [c for c in before if c.case == "genitive" and c.kind in SUBJECTS and c.kind != "pronoun"]
    judged = subject_of(before) or (owners[-1] if owners else None)
    same = judged is not None and judged.identity in {c.identity for c in actors}
    return Parties(() if same else actors, side(cast.near, judged), inherited=True)


def _outermost(chunks: Sequence[Chunk], cases: Sequence[str], taken: Sequence[Chunk]) -> tuple[Chunk, ...]:
    """Who is told to do something stands before what belongs to it: "told IRAN to withdraw from Syria"."""
    last = max((c.end for c in taken if c.case == "agent"), default=0)
    told = next((c for c in chunks if c.case in cases and c.start >= last and c not in taken), None)
    return side(chunks, told) if told is not None and told.kind != "pronoun" else ()


def _by_head(
    firing: Firing, chunks: Sequence[Chunk], cases: Sequence[str], taken: Sequence[Chunk]
) -> tuple[Chunk, ...]:
    """Whose the noun in the case of the recipient is: "sanctions on Iran's oil exports"."""
    owners = [c for c in chunks if c.head in cases and c not in taken and not _before_agent(c, taken)]
    return side(chunks, owners[-1]) if owners and firing.start - owners[-1].case_end <= GENITIVE_REACH else ()


def _object(firing: Firing, chunks: Sequence[Chunk], actors: Sequence[Chunk], *, unmarked: bool) -> tuple[Chunk, ...]:
    """The unmarked people behind the agent: "Hamas released three Israeli hostages".

    `unmarked`: neither agents nor objects of any kind have a marker.
    """
    last = max((c.end for c in actors if c.case == "agent" or (unmarked and c.case is None)), default=None)
    if last is None:
        return ()
    able = {"people", "person", "organisation"} | ({"state", "body"} if unmarked else set())
    found = [c for c in chunks if c.case is None and c.kind in able and last <= c.start and c.end <= firing.start]
    return side(chunks, found[-1]) if found else ()


def _bare(firing: Firing, cast: Cast, actors: Sequence[Chunk]) -> tuple[Chunk, ...]:
    """Where something is sent: the state or place without a case right before the verb or behind the words."""
    able = {"state", "place"}
    verb = firing.group.start if firing.group else firing.end
    beside = [c for c in cast.near if c.kind in able and c.case is None and c.end == verb and c not in actors]
    return tuple([*beside, *(c for c in cast.after if c.start == firing.end)][:1])


def _takes_place(firing: Firing, chunk: Chunk) -> bool:
    """Whether a place can be the recipient: one that is attacked, or a capital that stands for its government."""
    if chunk.case in {"on", "in"} or (chunk.case in {"against", "to"} and firing.act.type in REACHING):
        return True
    if firing.act.type == "RETREAT" and chunk.case in {"from", "genitive"}:
        return True
    capital = getattr(chunk.place, "kind", "") == "capital"
    if capital and firing.act.type in SPOKEN:
        return True
    return chunk.case == "object" and (firing.act.type == "ASSAULT" or capital)


def _is_suffered(firing: Firing, kind: str) -> bool:
    """Whether the grammatical subject is the one harmed: "ten soldiers were killed"."""
    return kind == "harm" and firing.group is not None and "be" in firing.group.verbs
