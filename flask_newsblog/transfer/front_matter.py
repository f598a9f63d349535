"""Reads what stands between two ``---`` lines at the head of a text file.

It is YAML of the plainest kind: names with a text or a list of texts. Every scalar is
read as the text that was written, so that a title may be ``No`` or ``12:30``.
"""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from ..text.sanitize import drop_unprintable

LONGEST = 20_000  # characters; no story's head is longer, and a bomb is


@dataclass(frozen=True)
class Value:
    """What a name was given: one text, or several; ``line`` counts from 1 in the file."""

    texts: tuple[str, ...]
    listed: bool
    line: int


class FrontMatterError(ValueError):
    """The head of a file cannot be read; ``line`` counts from 1 in the file."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def split_front_matter(text: str) -> tuple[dict[str, Value], str, int]:
    """The values at the head of a text, the text after them, and the line that it starts on.

    Raises:
        FrontMatterError: the head is not closed, or not what a head may be.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0].rstrip() != "---":
        return {}, text, 1
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        raise FrontMatterError(1, "the front matter opened here by --- is never closed by ---.")
    head = "\n".join(lines[1:end])
    if len(head) > LONGEST:
        raise FrontMatterError(1, f"the front matter is longer than {LONGEST} characters.")
    return _values(head), "\n".join(lines[end + 1 :]), end + 2


def _values(head: str) -> dict[str, Value]:
    try:
        tree = yaml.compose(head, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 1
        raise FrontMatterError(line, f"the front matter is not YAML: {error.problem}.") from error
    except yaml.reader.ReaderError as error:
        line = head.count("\n", 0, error.position) + 2
        raise FrontMatterError(line, "the front matter has a character YAML forbids.") from error
    except (ValueError, OverflowError) as error:
        # PyYAML makes numbers of what follows a backslash or %YAML, whatever their size.
        raise FrontMatterError(1, "the front matter has a number YAML cannot take.") from error
    except RecursionError as error:
        raise FrontMatterError(1, "the front matter is nested too deeply.") from error
    if tree is None:
        return {}
    if not isinstance(tree, yaml.MappingNode):
        raise FrontMatterError(
            tree.start_mark.line + 2, "the front matter has no names; write lines as name: value."
        )
    found: dict[str, Value] = {}
    for key, node in tree.value:
        line = key.start_mark.line + 2
        if not isinstance(key, yaml.ScalarNode):
            raise FrontMatterError(line, "a name in the front matter must be a plain word.")
        if key.value != " ".join(drop_unprintable(key.value).split()):
            raise FrontMatterError(line, "a name has a character that cannot be printed.")
        if key.value in found:
            raise FrontMatterError(line, f"“{key.value}” stands twice in the front matter.")
        found[key.value] = _value(key.value, node)
    return found


def _value(name: str, node: yaml.Node) -> Value:
    line = node.start_mark.line + 2
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if not all(isinstance(item, yaml.ScalarNode) for item in items):
        raise FrontMatterError(line, f"“{name}” must be a text or a list of texts.")
    texts = tuple(item.value for item in items)
    if any(text != drop_unprintable(text) for text in texts):
        raise FrontMatterError(line, f"“{name}” has a character that cannot be printed.")
    return Value(texts, listed=isinstance(node, yaml.SequenceNode), line=line)
