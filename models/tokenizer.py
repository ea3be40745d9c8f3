"""The probe's tokenizer: SentencePiece-style BPE with byte fallback, as llama.cpp's tokenizer model "llama" applies it.

`python3 tokenizer.py` learns the pieces from generated text and writes tokenizer.json. `Tokenizer.encode` follows llama.cpp:
split into characters, then keep joining the neighbouring pair whose joined text has the highest score, leftmost first.
"""
import argparse
import collections
import heapq
import json
import pathlib
import re
import sys

UNKNOWN, END_OF_TEXT, START, END = "<unk>", "<|endoftext|>", "<|im_start|>", "<|im_end|>"
CONTROL = [END_OF_TEXT, START, END]
NORMAL_TYPE, UNKNOWN_TYPE, CONTROL_TYPE, BYTE_TYPE = 1, 2, 3, 6
FILE = pathlib.Path(__file__).with_name("tokenizer.json")
SPECIAL = re.compile("(" + "|".join(re.escape(c) for c in [UNKNOWN] + CONTROL) + ")")
# No learned piece reaches over the border of such a unit, so units can be encoded one by one and remembered.
UNIT = re.compile(r"'[A-Za-z]+|[ \u2581]?[A-Za-z]+|[ \u2581]?[0-9]|.", re.DOTALL)


class Tokenizer:
    def __init__(self, pieces, scores, types):
        self.pieces, self.scores, self.types = pieces, scores, types
        self.ids = {piece: i for i, piece in enumerate(pieces)}
        self.byte_base = self.ids["<0x00>"]
        self.end_of_text, self.start, self.end = (self.ids[c] for c in CONTROL)
        self.memory = {}

    @classmethod
    def load(cls, file=FILE):
        data = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))
        return cls(data["pieces"], data["scores"], data["types"])

    def merge(self, text):
        """llama.cpp's llm_tokenizer_spm on one text without control tokens."""
        symbols = list(text.replace(" ", "\u2581"))
        after = list(range(1, len(symbols) + 1))
        before = list(range(-1, len(symbols) - 1))
        queue = []

        def offer(left):
            right = after[left]
            if right < len(symbols):
                joined = symbols[left] + symbols[right]
                token = self.ids.get(joined)
                if token is not None and self.types[token] == NORMAL_TYPE:
                    heapq.heappush(queue, (-self.scores[token], left, right, joined))

        for i in range(len(symbols) - 1):
            offer(i)
        while queue:
            _, left, right, joined = heapq.heappop(queue)
            if symbols[left] + symbols[right] != joined or after[left] != right or not symbols[left] or not symbols[right]:
                continue
            symbols[left], symbols[right] = joined, ""
            after[left] = after[right]
            if after[left] < len(symbols):
                before[after[left]] = left
            if before[left] >= 0:
                offer(before[left])
            offer(left)
        return [token for symbol in symbols if symbol for token in self.lookup(symbol)]

    def lookup(self, symbol):
        token = self.ids.get(symbol)
        if token is not None and self.types[token] == NORMAL_TYPE:
            return [token]
        return [self.byte_base + b for b in symbol.encode("utf-8")]

    def encode_text(self, text):
        out = []
        for unit in UNIT.findall(text):
            ids = self.memory.get(unit)
            if ids is None:
                ids = self.merge(unit)
                if len(self.memory) < 100_000:
                    self.memory[unit] = ids
            out += ids
        return out

    def encode(self, text):
        """Encodes text in which the control tokens are written out (parse_special = true)."""
        out = []
        for part in SPECIAL.split(text):
            if SPECIAL.fullmatch(part):
                out.append(self.ids[part])
            elif part:
                out += self.encode_text(part)
        return out

    def decode(self, ids):
        raw = b""
        for i in ids:
            kind = self.types[i]
            if kind == BYTE_TYPE:
                raw += bytes([i - self.byte_base])
            elif kind == NORMAL_TYPE:
                raw += self.pieces[i].replace("\u2581", " ").encode("utf-8")
        return raw.decode("utf-8", "replace")


def count_units(texts):
    counts = collections.Counter()
    for text in texts:
        for part in SPECIAL.split(text):
            if not SPECIAL.fullmatch(part):
                counts.update(UNIT.findall(part))
    return counts


def learn_merges(words, limit):
    """Plain BPE on whole units: join the most frequent pair, again and again. Returns the new pieces in order."""
    sequences = {word: list(word.replace(" ", "\u2581")) for word in words}
    pieces = []
    while len(pieces) < limit:
        pairs = collections.Counter()
        for word, sequence in sequences.items():
            for pair in zip(sequence, sequence[1:]):
                pairs[pair] += words[word]
        if not pairs:
            break
        pair = max(pairs, key=lambda p: (pairs[p], p))
        joined = pair[0] + pair[1]
        pieces.append(joined)
        for word, sequence in sequences.items():
            if joined in "".join(sequence):
                sequences[word] = join_pair(sequence, pair)
    return list(dict.fromkeys(pieces))


def join_pair(sequence, pair):
    out, i = [], 0
    while i < len(sequence):
        if i + 1 < len(sequence) and (sequence[i], sequence[i + 1]) == pair:
            out.append(sequence[i] + sequence[i + 1])
            i += 2
        else:
            out.append(sequence[i])
            i += 1
    return out


def build(counts, limit):
    # Damped counts: every word of the small world must become one piece, so rare words may not starve.
    words = {unit: 10 + min(count, 1000) for unit, count in counts.items() if len(unit) > 1}
    merges = learn_merges(words, limit)
    pieces = [UNKNOWN] + CONTROL + [f"<0x{b:02X}>" for b in range(256)]
    types = [UNKNOWN_TYPE] + [CONTROL_TYPE] * 3 + [BYTE_TYPE] * 256
    scores = [0.0] * len(pieces)
    for rank, piece in enumerate(merges):
        pieces.append(piece)
        scores.append(-float(rank))
        types.append(NORMAL_TYPE)
    single = ["\u2581"] + [chr(c) for c in range(33, 127)]
    for offset, piece in enumerate(p for p in single if p not in merges):
        pieces.append(piece)
        scores.append(-float(len(merges) + offset))
        types.append(NORMAL_TYPE)
    return Tokenizer(pieces, scores, types)


def main():
    import generate
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--merges", type=int, default=3000)
    args = parser.parse_args()
    counts = count_units(generate.sample_texts(args.seed, args.documents))
    tokenizer = build(counts, args.merges)
    broken = [unit for unit in counts if len(unit) > 1 and len(tokenizer.merge(unit)) > 1]
    print(f"{len(counts)} units, {len(tokenizer.pieces)} pieces; not one piece: {broken}", file=sys.stderr)
    FILE.write_text(json.dumps({"pieces": tokenizer.pieces, "scores": tokenizer.scores, "types": tokenizer.types},
                               ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
