"""Comments such as a newspaper gets, wanted and unwanted, put together from written parts.

Both kinds talk of money, doctors, offers, links and the weather, so that no subject tells
them apart; one in ten wanted comments has a link, and one in four unwanted ones has none.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class Written(NamedTuple):
    """A comment as its writer sent it."""

    text: str
    name: str
    website: str
    email: str


NAMES = (
    "Mira Vale", "Jonas Becker", "Ada O'Neill", "Tom", "Leïla", "R. Whitfield", "佐藤 花子",
    "Marta Nowak", "Old Harry", "Ines", "Pieter", "Grace Okafor",
)  # fmt: skip
DOMAINS = ("mail.example", "post.example", "inbox.example", "uni.example")
HAM_OPENINGS = (
    "I was on that ferry yesterday and",
    "Thank you for reporting this;",
    "Not quite right:",
    "As somebody who lives by the harbour,",
    "My doctor says the same, and",
    "Has anyone asked the council whether",
    "I disagree with Tom above, because",
    "The free bus was a good offer, but",
    "Correction please:",
    "Danke für den Bericht,",
    "Als Anwohnerin muss ich sagen,",
    "Merci pour cet article,",
    "港の近くに住んでいますが、",
)
HAM_MIDDLES = (
    "the timetable was changed without telling anybody",
    "the money for the bridge was promised in the last budget",
    "they still owe us the cheap tickets they announced",
    "nobody from the company was there to answer",
    "the school has lost two teachers since the spring",
    "prices at the market went up again, herring costs twice as much",
    "the storm took the roof of the boat house, not the church",
    "the vote was nine to four, not eight to five",
    "my grandmother used to buy her pills at that pharmacy before it closed",
    "der Bus fährt am Wochenende gar nicht mehr",
    "die Brücke ist seit Monaten gesperrt und niemand sagt warum",
    "le maire avait promis une réponse avant la fin du mois",
    "フェリーの時刻表は先週から変わっています",
)
HAM_ENDINGS = (
    "Could you look into it?", "That is all I have to say.", "See you at the meeting on Thursday.",
    "It was in your own paper in March.", "I hope the mayor reads this.", "Shame, really.",
    "The minutes are at https://council.example/minutes/{number}", "Wer weiß mehr?",
    "On verra bien.", "調べてもらえますか。", "We will click no link until they answer.",
)  # fmt: skip

SPAM_NAMES = (
    "Best Pills Online", "SEO Expert", "Crypto Anna", "casino bonus", "Loan Helper", "Mira",
    "Dr. Alex", "hot deals", "Tom", "代购",
)  # fmt: skip
SPAM_DOMAINS = ("mail.example", "bulk.example", "offers.example", "inbox.example")
SPAM_HOSTS = ("cheap-pills", "fast-loans", "lucky-casino", "coin-doubler", "rank-boost")
SPAM_OPENINGS = (
    "Great article! I really enjoyed it.",
    "Thank you for sharing this wonderful post.",
    "Are you tired of your doctor's prices?",
    "I was poor until yesterday and",
    "Dear friend,",
    "Nice weblog, keep up the good writing.",
    "My husband and I doubled our money,",
    "Wow, amazing information here!",
    "Toller Artikel, weiter so!",
    "Super article, merci!",
    "素晴らしい記事ですね。",
)
SPAM_MIDDLES = (
    "buy cheap pills online without a prescription",
    "earn money from home, guaranteed profit every day",
    "get a loan today with no credit check",
    "our casino gives you a free bonus of 500 dollars",
    "invest in crypto and withdraw your profit at any time",
    "we rank your website on the first page of search results",
    "replica watches at the best price, free shipping worldwide",
    "contact my trader on the messenger, she changed my life",
    "the offer ends tonight, click here and order now",
    "Geld verdienen von zu Hause ohne Risiko, jetzt anmelden",
    "gagnez de l'argent facilement, inscription gratuite",
    "今すぐ登録して無料ボーナスを受け取る",
)
SPAM_ENDINGS = (
    "Visit http://{host}{number}.example/offer now!",
    "https://www.{host}.example/?ref={number}",
    "Click www.{host}{number}.example today",
    "Write to me for more information.",
    "http://{host}.example http://{host}{number}.example",
)


ALL, SOME, OTHERS = slice(None), slice(0, None, 2), slice(1, None, 2)


def wanted(random: Random, number: int, phrases: slice = ALL) -> Written:
    """A comment that a moderator approves, of these phrases."""
    parts = [random.choice(HAM_OPENINGS[phrases])]
    parts += random.sample(HAM_MIDDLES[phrases], random.randint(1, 2))
    parts += random.sample(HAM_ENDINGS[phrases], random.randint(0, 2))
    name = random.choice(NAMES)
    return Written(
        " ".join(parts).format(number=number),
        name,
        f"https://blog{number}.example/" if random.random() < 0.1 else "",
        f"reader{number}@{random.choice(DOMAINS)}",
    )


def unwanted(random: Random, number: int, phrases: slice = ALL) -> Written:
    """A comment that a moderator marks as spam, of these phrases."""
    host = random.choice(SPAM_HOSTS[phrases])
    parts = [random.choice(SPAM_OPENINGS[phrases])]
    parts += random.sample(SPAM_MIDDLES[phrases], random.randint(1, 2))
    if random.random() < 0.3:  # borrowed, to look like one of the others
        parts.append(random.choice(HAM_MIDDLES[phrases]))
    if random.random() < 0.75:
        parts.append(random.choice(SPAM_ENDINGS[phrases]))
    return Written(
        " ".join(parts).format(number=number, host=host),
        random.choice(SPAM_NAMES),
        f"http://{host}.example/{number}" if random.random() < 0.5 else "",
        f"writer{number}@{random.choice(SPAM_DOMAINS)}",
    )
