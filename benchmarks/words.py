"""What the benchmark's stories are made of."""

FIRST_NAMES = ("Ada", "Bram", "Cora", "Dan", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jörg")
FAMILY_NAMES = (
    "Arkell", "Boyd", "Conti", "Dubois", "Eriksen", "Fathom", "Grey", "Hallam", "Ibsen", "Jansen",
)  # fmt: skip
ADJECTIVES = ("Old", "New", "Last", "Quiet", "Busy", "Small", "Hidden", "Late", "Early", "Open")
SUBJECTS = (
    "ferry", "bridge", "market", "council", "lighthouse", "school", "harbour board", "rowing club",
    "library", "fish hall", "museum", "choir", "allotments", "crossing", "slipway", "post office",
)  # fmt: skip
VERBS = (
    "returns to", "closes in", "is moved to", "opens near", "divides", "delights", "is missed in",
    "is counted in", "is saved for", "waits for", "turns to", "grows beyond",
)  # fmt: skip
PLACES = (
    "Keldmouth", "Sallow", "Thorle", "Netloft Yard", "Chandlers Row", "the inner basin",
    "the north quay", "Old Keld", "Gull Sands", "the upper town",
)  # fmt: skip
SENTENCES = (
    "The harbour board met on Tuesday and agreed to look at the figures again before Easter.",
    "Nobody in the hall could remember a winter in which the ferry had been late so seldom.",
    "“We asked for a bench and were given a committee,” said one of those who had waited.",
    "The repair is to cost less than was feared, though more than was promised in the spring.",
    "At low water the old piles stand clear of the mud, and children count them from the wall.",
    "A decision is expected within the month; until then the gate stays open on weekdays.",
    "The town's surveyor, who has seen four bridges come and one go, was not surprised.",
    "Takings at the market rose by a twelfth, most of it on the two Saturdays before the regatta.",
    "It was, by the harbour master's book, the highest tide for eleven years.",
    "Whoever wants to help is asked to bring gloves, and a spade if they have one.",
    "The minutes run to forty pages, of which three are about the colour of the railings.",
    "By the time the lamp was lit the fog had come in as far as the church.",
    "There was no quarrel over the money, only over who should be thanked for it.",
    "Since the clock stopped, the baker has been telling the time to those who ask.",
    "The club has rowed on Sallow Water since before the road was built along its shore.",
    "What happens to the ground floor is still open, and three families would like to know.",
)
