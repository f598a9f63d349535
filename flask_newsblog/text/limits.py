"""How much text is taken on at once, and what is raised beyond that."""

# Seventeen thousand English words: four times a long magazine piece. The Markdown parser
# is linear in this, but a hostile 100,000 characters keep it busy for seconds.
MAX_SOURCE = 100_000

# Ten times the source: what tables and footnotes honestly grow to. A link definition of
# 10,000 characters that is used 20,000 times would otherwise make 200 MB.
MAX_HTML = 1_000_000

# Levels of Markdown: a quote is one, a list two. CommonMark sets no limit, and
# markdown-it silently drops whatever lies deeper than its own.
MAX_NESTING = 20

# Open HTML elements. nh3 takes time quadratic in this; pages built with block editors
# stay below thirty.
MAX_DEPTH = 100

# What a column of 64 KB held in the software most comments were written in.
MAX_COMMENT = 65_525

# Quotes in a quote, lists in a list: beyond these a comment's marks stay text.
MAX_QUOTES = 6
MAX_LISTS = 4


class TextTooLong(ValueError):
    """The text is more than is rendered at once; the message says how to go on."""


class TextTooDeep(TextTooLong):
    """The text has too many things inside one another; the message says how to go on."""
