"""From a firing and its parties to a draft, or nothing: what the type demands and what speaks against it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.events.agentless import aimed_at, on_the_streets
from pipeline.events.chunks import Chunk
from pipeline.events.concerned import concerned
from pipeline.events.dates import is_past
from pipeline.events.draft import Draft
from pipeline.events.implied import alleged, doer, implied_actors, victims, within_one_state
from pipeline.events.objects import by_object
from pipeline.events.ontology import ontology
from pipeline.events.places import location, of_place, stated
from pipeline.events.retorts import denies, hits_back
from pipeline.events.rivals import are_at_home, are_rivals, is_politician, may_deploy, only_spoken
from pipeline.events.roles import KILLED, MEDIA, Cast, Parties, assign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.events.coder import Scene
    from pipeline.events.firing import Firing
    from pipeline.events.triggers import Trigger
    from schemas.event import CountryBasis, EventDate, EventLocation

# Words that make what was said before them unreal, looked for in the clause after the trigger and just before it.
FUTURE_CAMEO = {"CONSULT": "036", "SUPPORT": "030", "COOPERATE": "031", "AID": "033"}
VERBAL = frozenset({"AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "CONCEDE", "RETREAT", "REJECT", "REQUEST"})
BILATERAL = frozenset({"CONSULT", "AGREE", "COOPERATE", "AID", "SUPPORT"})
PLACELESS = frozenset({"AGREE", "SUPPORT", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "SANCTION", "AID", "CONCEDE"})
UNRESOLVED = frozenset({"pronoun", "speaker", "pair"})
# What is said to the media is said to everybody.
TELLING = frozenset({"CONSULT", "AGREE", "REQUEST", "REJECT", "ACCUSE"})
JUDGES = "JUD"
POLICE = frozenset({"COP", "MIL"})
LEGISLATING = frozenset({"LEG", "PTY", "OPP"})
CRIMINALS = "CRM"
EXPERTS = frozenset({"EDU", "JRN", "MED"})
UNPOLITICAL = frozenset({"CRM", "UNK", "BUS", "COP", "JUD", "CVL", "EDU", "LAB", "MED", None})
UNIONS = frozenset({"UNO", "EUR", "IGO"})
RULING = frozenset({"GOV", "MIL", "COP", "JUD", "LEG"})
POLITICAL = RULING | {"ELI", "PTY", "OPP", "REB", "SPY", "PRM", "LAB", "JUD", "IGO"}
JUDGING = frozenset({"ACCUSE", "SUPPORT", "REJECT", "COERCE", "SANCTION"})
# Types of events that are more often within one country than between two.
DOMESTIC = frozenset({
    "COERCE", "SANCTION", "PROTEST", "ASSAULT", "ACCUSE", "REQUEST", "REJECT", "RETREAT", "CONCEDE", "THREATEN",
})  # fmt: skip
# What a state does to others, never to a government, an army or a party of its own.
ADDRESSING = frozenset({"ACCUSE", "REQUEST", "THREATEN"})
OFFICES = frozenset({"person", "counterpart"})
GUESSED = frozenset({"publisher_default", "remembered"})


def propose(scene: Scene, firing: Firing, cast: Cast) -> Iterator[Draft]:
    """Yield the drafts of a firing: one, or one for each partner met separately."""
    parties = _expanded(scene, assign(firing, cast, scene.reader.known.grammar), firing, cast)
    hindrance = _hindrance(scene, firing, cast, parties)
    if parties is None or hindrance is not None:
        if scene.reader.trace is not None:
            scene.reader.trace.refuse(scene.chart, firing.act, (firing.start, firing.end), hindrance or "")
        return
    parties = replace(parties, recipients=parties.recipients or concerned(scene, firing, parties))
    for one in _separate(scene, firing, parties):
        yield _draft(scene, firing, one)


def _hindrance(scene: Scene, firing: Firing, cast: Cast, parties: Parties | None) -> str | None:
    """Name the rule that makes no event of a firing, None where all allow it."""
    if firing.tense == "future" and firing.act.type not in VERBAL:
        return "future"
    if _unreal(scene, firing):
        return "unreal"
    if firing.tense == "need" and not (getattr(scene, "reported", True) or scene.spoke):
        return "said by nobody"
    if parties is None:
        return "nobody known for both sides"
    misfit = next((name for name, fits in _demands(scene, firing.act, parties, firing).items() if not fits), None)
    if misfit is None and cast.unknown_agent and not parties.actors and not _concerns_state(scene, parties):
        # "A pig attacked a farmer": whoever acts, it is nobody of politics or war.
        return "unknown agent"
    return misfit


def _unreal(scene: Scene, firing: Firing) -> bool:
    one = scene.chart
    start = firing.end
    if one.within("word", "unreal", start, firing.stop) is not None:
        return True
    if firing.group is None:
        return one.within("word", "unreal", start, firing.clause.end) is not None
    # What is rejected was only proposed: that it was rejected is real.
    return firing.act.type != "REJECT" and bool(one.has("word", firing.start - 1, "unreal"))


def _expanded(scene: Scene, parties: Parties, firing: Firing, cast: Cast) -> Parties | None:
    """Put the two sides in the place of "both", find a missing partner, drop what is no party."""
    number = scene.reader.sentence
    resolved = parties.inherited
    actors: list[Chunk] = []
    for chunk in parties.actors:
        if chunk.kind == "pair":
            both = scene.context.both(chunk, number)
            if not both:
                return None
            actors.extend(both)
            resolved = True
        elif chunk.kind not in {"pronoun", "speaker"} and (chunk.kind != "place" or _speaks_for_state(chunk)):
            actors.append(chunk)
    if not actors and not parties.mutual and firing.act.said != "self":
        actors = implied_actors(scene, firing, parties, cast)
        parties = replace(parties, recipients=aimed_at(scene, firing, parties.recipients))
    if _is_loose(parties.recipients) or firing.act.type == "ACCUSE":
        parties = replace(parties, recipients=tuple(_described(scene, firing, parties)) or parties.recipients)
    telling = firing.act.type in TELLING
    recipients = [c for c in parties.recipients if c.kind not in UNRESOLVED and not (telling and c.sector == MEDIA)]
    if parties.mutual and not recipients and len({c.identity for c in actors}) < 2:
        recipients = _partner(scene, firing, actors)
        resolved = resolved or bool(recipients)
    if firing.act.type == "AGREE" and parties.inherited and not recipients and actors:
        others = [c for c in cast.others if c.country != actors[0].country and c.case == "with"]
        recipients = others[-1:]
    actors = on_the_streets(scene, firing, actors)
    if _at_one_place(scene, firing, actors):
        actors, recipients = _of_one_country(actors, recipients)
    return replace(parties, actors=tuple(actors), recipients=tuple(recipients), inherited=resolved)


def _at_one_place(scene: Scene, firing: Firing, actors: list[Chunk]) -> bool:
    """Whether those without a country are of that of the other side: not whom a state hits, asks or blames."""
    act, order = firing.act, scene.reader.known.grammar.order
    if act.type == "ASSAULT" and order != "SVO":
        # Where cases mark who is hit, soldiers without a country are not those of the attacker.
        return False
    strange = order == "SVO" and act.type in {"ASSAULT", *ADDRESSING} and any(c.kind == "state" for c in actors)
    return act.type in DOMESTIC and not strange


def _described(scene: Scene, firing: Firing, parties: Parties) -> list[Chunk]:
    """Those an adjective names: the victims, whose attack is condemned; it stands nearer than who was attacked."""
    if firing.act.type == "ACCUSE" and (accused := doer(scene, firing, parties.recipients)):
        return accused
    if not _is_loose(parties.recipients):
        return []
    if firing.act.said == "other" and (subject := alleged(scene, parties)):
        return subject
    if firing.act.cameo in KILLED:
        return victims(scene, firing)
    judged = firing.act.type in JUDGING and (firing.act.needs_recipient or firing.act.object is not None)
    return by_object(scene, firing) if judged else []


def _is_loose(recipients: tuple[Chunk, ...]) -> bool:
    """Whether nobody is named as the recipient, or only one whose country was taken from the place."""
    return all(c.basis == "apposition" for c in recipients)


def _of_one_country(actors: list[Chunk], recipients: list[Chunk]) -> tuple[list[Chunk], list[Chunk]]:
    """Give a side that has only offices, bodies and groups without a country that of the other side."""
    ours, theirs = ({c.country for c in side} for side in (actors, recipients))
    if ours == theirs and any(c.basis != "publisher_default" for c in actors):
        # Whose minister it is was only assumed, and that the other side is of the same state makes it likely.
        return actors, [c._replace(basis="remembered") if c.basis == "publisher_default" else c for c in recipients]
    if len(ours) == 1 and theirs == {None} and ours.isdisjoint(ontology().nonstate):
        return actors, [_at_home(c, actors[0]) for c in recipients]
    if len(theirs) == 1 and ours == {None} and any(c.sector in RULING for c in recipients):
        return [_at_home(c, recipients[0]) for c in actors], recipients
    return actors, recipients


def _at_home(chunk: Chunk, other: Chunk) -> Chunk:
    """Give a party without a country that of another, no surer than that is."""
    fits = other.country is not None and chunk.organisation is None and (chunk.office is not None or chunk.name is None)
    basis: CountryBasis = "publisher_default" if other.basis == "publisher_default" else "remembered"
    return chunk._replace(country=other.country, basis=basis) if fits else chunk


def _speaks_for_state(chunk: Chunk) -> bool:
    return getattr(chunk.place, "kind", "") == "capital"


def _partner(scene: Scene, firing: Firing, actors: list[Chunk]) -> list[Chunk]:
    """The other side of talks that were named before: "in the talks we discussed"."""
    meeting = scene.context.meeting
    if firing.act.type != "CONSULT" or meeting is None or not actors or scene.reader.sentence - meeting.sentence > 30:
        return []
    country = actors[0].country
    if country not in meeting.countries or actors[0].stands_for != "speaker" or _has_partner(scene, firing):
        return []
    others = [c for c in (*meeting.actors, *meeting.recipients) if c.country != country]
    return [c._replace(basis="remembered", group=0) for c in others[:1]]


def _has_partner(scene: Scene, firing: Firing) -> bool:
    """Whether the words before the trigger name a partner that is no known party: "talked to experts"."""
    i = firing.start - 1
    while i > firing.clause.start and scene.chart.hit("word", i):
        i -= 1
    return any(scene.chart.has("case", i - back, name) == i + 1 for back in (0, 1) for name in ("from", "with"))


def _demands(scene: Scene, act: Trigger, parties: Parties, firing: Firing) -> dict[str, bool]:
    """Return what the trigger and its type demand of the parties, and whether it is met."""
    actors, recipients = parties.actors, parties.recipients
    everyone = (*actors, *recipients)
    return {
        "needs_actor": not act.needs_actor or bool(actors),
        "needs_recipient": not act.needs_recipient
        or bool(recipients)
        or (act.at_home and are_at_home(scene, firing, actors)),
        "needs_mutual": not act.needs_mutual or (len(everyone) > 1 and not firing.occasion and _agreed(parties)),
        "needs_alone": not act.needs_alone or len({c.country for c in actors}) == 1,
        "needs_foreign": not act.needs_foreign or _foreign(actors, recipients),
        "needs_person": not act.needs_person or any(c.kind in OFFICES | {"body"} for c in actors),
        "needs_office": not act.needs_office or any(c.office for c in actors),
        "needs_gov": not act.needs_gov or any(_governs(c) for c in actors),
        "needs_state": not act.needs_state or any(c.kind == "state" for c in recipients),
        "needs_rivals": not act.needs_rivals or are_rivals(actors, recipients),
        "needs_court": not act.needs_court
        or (any(c.sector == JUDGES for c in actors) and any(c.sector in POLITICAL for c in recipients)),
        "needs_political": not act.needs_political or any(_governs(c) or c.sector in POLITICAL for c in actors),
        "needs_police": not act.needs_police or any(c.sector in POLICE for c in recipients),
        "needs_organisation": not act.needs_organisation or any(c.kind == "organisation" for c in recipients),
        "needs_legislator": not act.needs_legislator or any(c.sector in LEGISLATING for c in actors),
        "an attack in words": not only_spoken(act, actors, recipients),
        "troops of those who have none": act.type != "MOBILIZE" or may_deploy(actors),
        "needs_party": not act.needs_party or bool(everyone),
        "needs_people": not act.needs_people or any(c.kind in {"people", "person", "counterpart"} for c in recipients),
        "no country": any(c.country for c in everyone),
        "a threat of criminals": act.type != "THREATEN" or all(c.sector != CRIMINALS for c in actors),
        "crime and courts at home": not _chronicle(scene, act, parties),
        "a warning of experts": act.type != "THREATEN" or any(c.sector not in EXPERTS for c in actors),
        "against itself": not _against_itself(act, parties),
        "of oneself": not any(c.person and c.person == a.person for c in recipients for a in actors),
        "a private visit": act.frame != "visit" or _travels_for_state(parties),
        "asked of a court": act.type != "REQUEST" or not recipients or any(c.sector != JUDGES for c in recipients),
        "protest of those who rule": act.type != "PROTEST" or any(_may_protest(c) for c in actors),
        "a pledge to hit back": act.type != "AGREE" or parties.mutual or not hits_back(scene, firing),
        "a denial": act.type != "REJECT" or _foreign(actors, recipients) or not denies(scene, firing),
        "one side only": act.type not in BILATERAL or _two_sided(act, parties, firing),
    }


def _governs(chunk: Chunk) -> bool:
    """Whether a party rules, or is a union of states."""
    return chunk.kind == "state" or chunk.sector in RULING or chunk.country in UNIONS


def _concerns_state(scene: Scene, parties: Parties) -> bool:
    """Whether those an unknown party acts on are of the state, or the sentence tells of unrest."""
    unrest = scene.chart.within("list", "unrest", *scene.span) is not None
    return unrest or any(c.sector in RULING for c in parties.recipients)


def _travels_for_state(parties: Parties) -> bool:
    """Whether a visitor comes for a state or an organisation of states."""
    return any(c.kind == "state" or c.sector in RULING or c.country in UNIONS for c in parties.actors)


def _agreed(parties: Parties) -> bool:
    """Whether both sides act themselves: none of them is carried over from elsewhere but as "both"."""
    return not parties.inherited or all(c.basis == "remembered" for c in (*parties.actors, *parties.recipients))


def _against_itself(act: Trigger, parties: Parties) -> bool:
    """Whether a party at home by default only stands against its own state by name: then it is of another state."""
    assumed = {c.country for c in parties.actors if c.basis == "publisher_default"}
    states = {c.country for c in parties.actors if c.kind == "state"}
    guessed = [c for c in parties.recipients if c.kind == "body" and c.basis in GUESSED and c.country in states]
    same = act.type in ADDRESSING and bool(guessed) and len(guessed) == len(parties.recipients)
    return same or any(c.kind == "state" and c.country in assumed for c in parties.recipients)


def _chronicle(scene: Scene, act: Trigger, parties: Parties) -> bool:
    """Whether it is crime and courts at home: the one seized or tried is no political party."""
    if (
        act.type not in {"COERCE", "ACCUSE", "SANCTION", "REJECT"}
        or act.frame == "self"
        or act.needs_gov
        or _foreign(parties.actors, parties.recipients)
    ):
        return False
    if not parties.recipients:
        speaks = act.type == "REJECT" and any(_governs(c) or c.organisation or is_politician(c) for c in parties.actors)
        return act.type != "ACCUSE" and not speaks
    if scene.chart.within("list", "unrest", *scene.span) is not None:
        return False
    weighty = {"state"} if parties.actors else set[str]()
    return all(c.sector in UNPOLITICAL and not c.organisation and c.kind not in weighty for c in parties.recipients)


def _foreign(actors: tuple[Chunk, ...], recipients: tuple[Chunk, ...]) -> bool:
    ours = {c.country for c in actors if c.country}
    theirs = {c.country for c in recipients if c.country}
    return bool(ours and theirs) and ours != theirs


def _two_sided(act: Trigger, parties: Parties, firing: Firing) -> bool:
    """Talks, deals, praise and help need two sides of different countries; an offer may leave the other side open."""
    everyone = (*parties.actors, *parties.recipients)
    countries = {c.country for c in everyone if c.country}
    if len(countries) > 1 or (parties.actors and _compatriots(everyone)):
        return True
    if act.type == "AGREE" and not parties.mutual and not act.needs_recipient:
        return any(c.country and c.basis != "publisher_default" for c in parties.actors) and firing.group is not None
    return False


def _compatriots(parties: tuple[Chunk, ...]) -> bool:
    """Whether two politicians, bodies or organisations of one country are known apart: each by what it is itself."""
    names = {c.person or c.organisation or c.office for c in parties if c.sector in POLITICAL or c.organisation}
    sure = all(c.basis != "publisher_default" or c.person for c in parties)
    return sure and len(names - {None}) > 1 and len({c.identity for c in parties}) > 1


def _separate(scene: Scene, firing: Firing, parties: Parties) -> list[Parties]:
    """One record for each partner where the text says that the meetings were separate."""
    if parties.mutual and len(parties.recipients) > 1:
        here = scene.chart.within("word", "separate", firing.clause.start, firing.stop)
        if here is not None:
            return [replace(parties, recipients=(c,)) for c in parties.recipients]
    return [parties]


def _may_protest(chunk: Chunk) -> bool:
    """Whether a party can take to the streets: states and those who rule protest in words."""
    return chunk.sector not in RULING and chunk.kind != "state"


def _is_coming(scene: Scene, firing: Firing) -> bool:
    """Whether a verb in the present tells of a day to come: "reist kommende Woche nach China"."""
    known = scene.reader.anchor
    if firing.tense != "present" or known is None:
        return False
    date, is_stated = scene.date(firing.clause, future=False)
    return is_stated and date is not None and date.start > known.day.isoformat()


def _draft(scene: Scene, firing: Firing, parties: Parties) -> Draft:
    act, plover = firing.act, ontology()
    future = firing.tense == "future" or _is_coming(scene, firing)
    event_type = plover.in_future(act.type) if future else act.type
    changed = event_type != act.type
    mode = None if changed else act.mode
    if (
        event_type == "CONSULT"
        and mode is None
        and scene.chart.within("list", "phone", firing.clause.start, firing.stop) is not None
    ):
        mode = "phone"
    cameo = FUTURE_CAMEO.get(act.type, "030") if changed else act.cameo or plover.cameo(act.type, act.mode)
    actors, recipients = parties.actors, parties.recipients
    date, is_stated = scene.date(firing.clause, future=future)
    draft = Draft(
        chart=scene.chart, sentence=scene.reader.sentence, firing=firing, event_type=event_type, mode=mode, cameo=cameo,
        quad=plover.quad(event_type), actors=actors, recipients=recipients, mutual=parties.mutual,
        inherited=parties.inherited, resolved=any(c.basis == "remembered" for c in (*actors, *recipients)),
        reported=scene.reported, speaker=scene.speaker if scene.reported else None, date=date,
        location=_location(scene, firing, parties, event_type), future=future,
        historical=_recalled(scene, firing, date if is_stated else None),
    )  # fmt: skip
    if event_type == "CONSULT":
        scene.context.meeting = draft
    return draft


def _location(scene: Scene, firing: Firing, parties: Parties, event_type: str) -> EventLocation | None:
    if parties.place is not None:
        return location(parties.place, "sentence")
    if event_type in PLACELESS:
        return within_one_state(parties)
    near = [c for c in scene.chunks if c.start >= firing.clause.start and c.end <= firing.stop]
    chunk = stated(near, firing.start)
    if chunk is not None and chunk.kind == "state" and event_type == "CONSULT":
        # "talks on the situation in X": a third country is what they were about.
        chunk = chunk if chunk.country in {c.country for c in (*parties.actors, *parties.recipients)} else None
    if chunk is not None:
        return location(chunk, "sentence")
    place = scene.reader.dateline
    if place is not None and place.country in {c.country for c in (*parties.actors, *parties.recipients)}:
        return of_place(place, "dateline")
    return within_one_state(parties)


def _recalled(scene: Scene, firing: Firing, date: EventDate | None) -> bool:
    """Whether the event lies before the news: a pluperfect with a date of its own, an old date, a word of recall."""
    past = firing.group is not None and firing.group.recalled
    here = scene.chart.within("word", "past_reference", scene.span[0], firing.start) is not None
    here = here or scene.chart.within("word", "when", firing.clause.start, firing.start) is not None
    older = date is not None and is_past(scene.reader.anchor, date)
    # A pluperfect tells the background of the news, unless it gives the day.
    return here or older or (past and (date is None or date.precision != "day"))
