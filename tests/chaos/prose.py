"""Invented English news: sentences of English form whose nouns exist in no language, and some that tell an event."""

from __future__ import annotations

import random

from tests import newsroom

SYLLABLES = [
    "ba",
    "bel",
    "cor",
    "dan",
    "dor",
    "fen",
    "gal",
    "har",
    "jun",
    "kel",
    "lam",
    "mer",
    "nol",
    "par",
    "quin",
    "ros",
    "sel",
    "tam",
    "vor",
    "wen",
    "zil",
]
# Nouns stand so close that hardly two sentences share three words in a row.
FRAMES = (
    "The {a} of {b} was {c} and the {d} came to {e} with {f}.",
    "There is a {a} in {b}, and the {c} has {d} for the {e} of {f}.",
    "It was {a} that {b} had for {c}, but not {d} of the {e} or {f}.",
    "Some {a} were in {b}, most {c} are at the {d}, and {e} is not {f}.",
    "A {a} for {b} is what {c} and {d} have, and the {e} will be {f}.",
)
PAIRS = (
    "Pakistan Russia",
    "France Iran",
    "China India",
    "Turkey Israel",
    "Egypt Ethiopia",
    "Germany Serbia",
    "Japan Vietnam",
    "Brazil Argentina",
    "Kenya Somalia",
    "Poland Ukraine",
    "Spain Morocco",
    "Greece Albania",
    "Chile Peru",
    "Jordan Iraq",
    "Norway Sweden",
    "Nepal Bangladesh",
)
DEEDS = (
    "{a} imposed sanctions on {b} on {day}.",
    "{a} condemned the attack by {b} on {day}.",
    "{a} rejected a demand by {b} on {day}.",
    "{a} provided humanitarian aid to {b} on {day}.",
    "{a} threatened {b} with tariffs on {day}.",
)
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]


class Prose:
    """Writes texts; the same seed writes the same."""

    def __init__(self, seed: object) -> None:
        self.chance = random.Random(str(seed))

    def noun(self, script: str = "Latin") -> str:
        """Invent a word of a script."""
        parts = SYLLABLES if script == "Latin" else newsroom.SYLLABLES[script][0].split()
        return "".join(self.chance.choices(parts, k=self.chance.randint(3, 4)))

    def sentence(self) -> str:
        return self.chance.choice(FRAMES).format(**{name: self.noun() for name in "abcdef"})

    def deed(self) -> str:
        """Tell one event between two countries."""
        one, other = self.chance.sample(self.chance.choice(PAIRS).split(), 2)
        return self.chance.choice(DEEDS).format(a=one, b=other, day=self.chance.choice(DAYS))

    def nouns(self, letters: int) -> str:
        """Write so many letters of nouns without any form."""
        words = [self.noun() for _ in range(letters // 6)]
        return " ".join(words)[:letters]

    def title(self) -> str:
        return f"The {self.noun()} and the {self.noun()} of {self.noun()}".capitalize()

    def text(self, sentences: int = 8, *, deed: bool = False) -> str:
        """Write a text, with an event as its first sentence where asked for."""
        told = [self.sentence() for _ in range(sentences)]
        return " ".join([self.deed(), *told] if deed else told)
