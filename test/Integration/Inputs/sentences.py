"""Prints COUNT sentences of a text, evenly spaced, one a line.

Usage: sentences.py TEXT COUNT
"""

import re
import sys

text, count = open(sys.argv[1], encoding="utf-8").read(), int(sys.argv[2])
paragraphs = (" ".join(re.sub("[{}]", "", part).split()) for part in re.split(r"\n\s*\n", text))
parts = (part for paragraph in paragraphs for part in re.split(r"(?<=[.?!])\s+(?=[A-Z])", paragraph))
sentences = [part for part in parts if 20 <= len(part) <= 300 and re.fullmatch("[A-Z].*[.?!]", part)]
print(*(sentences[i * len(sentences) // count] for i in range(count)), sep="\n")
