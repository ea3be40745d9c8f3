"""Generates the probe's training and test text. Everything is drawn from a seed; nothing is read from elsewhere.

A document is a list of (text, weight) segments: the weight says how much of the segment's tokens are trained on. Facts are random,
so predicting them teaches nothing; answers and stories are what counts.

`python3 generate.py --heldout heldout.jsonl` writes the held-out test cases, `--show 20` prints documents.
"""
import argparse
import json
import math
import random
import sys
import zlib

import stories
from words import (ASKS, DISTRACTORS, NAMES, OBJECTS, OUT_OF_REACH, PREAMBLES, READY, RELATIONS, SMALL_TALK, SYSTEMS, TOO_SMALL,
                   TWO_HOPS, UNKNOWN)

CONTEXT, OUTPUT = 0.06, 1.0   # weights of a segment
END_OF_TEXT = "<|endoftext|>"


class Fact:
    __slots__ = ("relation", "subject", "value", "text")

    def __init__(self, relation, subject, value):
        self.relation, self.subject, self.value = relation, subject, value
        self.text = RELATIONS[relation][1].format(s=subject, v=value)

    @property
    def key(self):
        return self.relation, self.subject

    def question(self, rng):
        return rng.choice(RELATIONS[self.relation][3]).format(s=self.subject)


def is_heldout(fact):
    """One combination of subject, relation and value in ten is never used in training."""
    return zlib.crc32(f"{fact.subject}|{fact.relation}|{fact.value}".encode()) % 10 == 0


def draw_subject(rng, kind, names, objects):
    if kind == "object":
        return rng.choice(objects)
    if kind == "owned":
        return f"{rng.choice(names)}'s {rng.choice(objects)}"
    return rng.choice(names)


def draw_value(rng, relation, subject, training):
    while True:
        fact = Fact(relation, subject, rng.choice(RELATIONS[relation][2]))
        if fact.value != subject and not (training and is_heldout(fact)):
            return fact


def draw_facts(rng, count, training=True):
    """`count` facts with different keys. Sometimes of one relation, sometimes few people with many facts each."""
    relations = list(RELATIONS)
    style = rng.random()
    if style < 0.25:
        relations = [rng.choice([r for r in relations if RELATIONS[r][0] != "object" or count <= len(OBJECTS)])]
    elif style < 0.5:
        relations = rng.sample(relations, rng.randint(2, 5))
    names, objects = list(NAMES), list(OBJECTS)
    if style > 0.75 and count > 2:
        names = rng.sample(names, min(len(names), max(2, count // 3)))
    facts, keys, subjects = [], set(), set()
    tries = 0
    while len(facts) < count:
        relation = rng.choice(relations)
        subject = draw_subject(rng, RELATIONS[relation][0], names, objects)
        tries += 1
        if tries > 20 * count:   # the few people have no free relation left
            names, relations = list(NAMES), list(RELATIONS)
        if (relation, subject) in keys or (style <= 0.75 and subject in subjects and tries < 10 * count):
            continue
        keys.add((relation, subject))
        subjects.add(subject)
        facts.append(draw_value(rng, relation, subject, training))
    return facts


def draw_two_hop(rng, facts, training=True):
    """Adds the two facts of a two-hop question to `facts`. Returns (question, answer, all facts), or None if the keys clash."""
    first, second, questions, answer = rng.choice(TWO_HOPS)
    keys = {fact.key for fact in facts}
    head = draw_value(rng, first, rng.choice(NAMES), training)
    tail = draw_value(rng, second, head.value, training)
    if head.key in keys or tail.key in keys:
        return None
    places = rng.sample(range(len(facts) + 2), 2)
    rest = iter(facts)
    mixed = [head if i == places[0] else tail if i == places[1] else next(rest) for i in range(len(facts) + 2)]
    values = {"a": head.subject, "b": head.value, "c": tail.value}
    return rng.choice(questions).format(**values), answer.format(**values), mixed


def render_facts(rng, facts, distractors):
    sentences = [fact.text for fact in facts]
    for _ in range(distractors):
        sentences.insert(rng.randint(0, len(sentences)), rng.choice(DISTRACTORS))
    style = rng.random()
    if style < 0.7:
        return " ".join(sentences)
    if style < 0.85:
        return "\n".join(sentences)
    return "\n".join("- " + s for s in sentences)


def render_documents(rng, facts, distractors):
    """The same facts, spread over several numbered documents."""
    parts = rng.randint(2, min(5, len(facts)))
    cuts = sorted(rng.sample(range(1, len(facts)), parts - 1))
    groups = [facts[a:b] for a, b in zip([0] + cuts, cuts + [len(facts)])]
    title = rng.choice(["Document {}: ", "Document {}:\n", "Text {}: "])
    joiner = rng.choice(["\n", "\n\n"])
    texts = [title.format(i + 1) + render_facts(rng, group, rng.randint(0, distractors)) for i, group in enumerate(groups)]
    return joiner.join(texts)


def chat(messages):
    """ChatML, exactly as the template stored in the GGUF writes it."""
    out = []
    for message in messages:
        weight = OUTPUT if message["role"] == "assistant" else CONTEXT
        out.append((f"<|im_start|>{message['role']}\n", 0.0))
        out.append((f"{message['content']}<|im_end|>", weight))
        out.append(("\n", 0.0))
    return out


def say(role, content):
    return {"role": role, "content": content}


def draw_question_set(rng, facts, turns, unknown_share):
    """Questions and answers for the turns of a chat; now and then about somebody the text does not mention."""
    asked = rng.sample(facts, min(turns, len(facts)))
    known = {fact.subject for fact in facts}
    pairs = []
    for fact in asked:
        if rng.random() < unknown_share:
            stranger = draw_facts(rng, 1)[0]
            if not any(word in " ".join(known) for word in stranger.subject.replace("'s", "").split()):
                pairs.append((stranger.question(rng), UNKNOWN))
                continue
        pairs.append((fact.question(rng), fact.text))
    return pairs


def typed_casually(rng, question):
    """As people type: "where does Mira live"."""
    question = question[0].lower() + question[1:]
    return question.rstrip("?") if rng.random() < 0.5 else question


def recall_messages(rng, text, pairs, system_share=0.3, casual=0.0):
    messages = []
    if casual:
        pairs = [(typed_casually(rng, q) if rng.random() < casual else q, a) for q, a in pairs]
    style = rng.random()
    if style < system_share:
        lead = rng.choice(["", "", rng.choice(SYSTEMS) + " ", rng.choice(SYSTEMS) + "\n"])
        messages.append(say("system", lead + rng.choice(PREAMBLES) + text))
        first = pairs[0][0]
    elif style < system_share + 0.12:
        messages += [say("user", rng.choice(PREAMBLES) + text), say("assistant", rng.choice(READY))]
        first = pairs[0][0]
    else:
        if rng.random() < 0.25:
            messages.append(say("system", rng.choice(SYSTEMS)))
        if rng.random() < 0.12:
            first = pairs[0][0] + "\n" + text   # the question may stand before the text
        else:
            first = rng.choice(PREAMBLES) + text + rng.choice(ASKS) + pairs[0][0]
    messages += [say("user", first), say("assistant", pairs[0][1])]
    for question, answer in pairs[1:]:
        messages += [say("user", question), say("assistant", answer)]
    return messages


def recall_document(rng, count, turns=None, unknown_share=0.06, casual=0.0):
    facts = draw_facts(rng, count)
    two_hop = draw_two_hop(rng, facts) if rng.random() < 0.3 else None
    if two_hop:
        facts = two_hop[2]
    pairs = draw_question_set(rng, facts, turns or len(facts), unknown_share)
    if two_hop:
        pairs.insert(rng.randint(0, len(pairs)) if rng.random() < 0.5 else 0, two_hop[:2])
    distractors = rng.choice([0, 0, 1, 2, count // 2])
    many = len(facts) >= 4 and rng.random() < 0.25
    text = render_documents(rng, facts, distractors) if many else render_facts(rng, facts, distractors)
    return chat(recall_messages(rng, text, pairs, casual=casual))


def plain_recall_document(rng, count):
    """Recall without a chat template, for the plain completion route."""
    facts = draw_facts(rng, count)
    out = [(render_facts(rng, facts, 0), CONTEXT)]
    for question, answer in draw_question_set(rng, facts, count, 0.0):
        out += [(f"\nQuestion: {question}\nAnswer:", CONTEXT), (f" {answer}", OUTPUT)]
    return out + [(END_OF_TEXT, OUTPUT)]


def story_prompt(rng, about):
    return rng.choice(stories.OPEN_PROMPTS) if rng.random() < 0.35 else rng.choice(stories.PROMPTS).format(x=about)


def story_document(rng):
    about, text = stories.make_story(rng)
    if rng.random() < 0.3:
        return [(text + END_OF_TEXT, OUTPUT)]
    messages = [say("system", rng.choice(SYSTEMS[:2]))] if rng.random() < 0.25 else []
    if rng.random() < 0.1:
        messages += small_talk_turn(rng)
    return chat(messages + [say("user", story_prompt(rng, about)), say("assistant", text)])


def small_talk_turn(rng):
    if rng.random() < 0.3:
        return [say("user", rng.choice(OUT_OF_REACH)), say("assistant", TOO_SMALL)]
    questions, answers = rng.choice(SMALL_TALK)
    return [say("user", rng.choice(questions)), say("assistant", rng.choice(answers))]


def small_talk_document(rng):
    messages = [say("system", rng.choice(SYSTEMS[:2]))] if rng.random() < 0.25 else []
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        messages += small_talk_turn(rng)
    return chat(messages)


def noise_document(rng):
    """A stranger types something the probe has never seen: the answer says what it can do."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,.?!'\"-:;()/äöüéßñçøжлю日本語€"
    words = ["".join(rng.choice(letters[:26]) for _ in range(rng.randint(2, 8))) for _ in range(rng.randint(1, 12))]
    text = " ".join(words) if rng.random() < 0.6 else "".join(rng.choice(letters) for _ in range(rng.randint(5, 60)))
    text = (text.strip() or "x") + rng.choice(["", "", "?", ".", "!"])
    return chat([say("user", text), say("assistant", TOO_SMALL)])


def story_turn(rng):
    about, text = stories.make_story(rng)
    return [say("user", story_prompt(rng, about)), say("assistant", text)]


def mixed_document(rng, count):
    """A longer chat: facts, then questions, stories and small talk in any order, so that facts must be kept over other talk."""
    facts = draw_facts(rng, count)
    pairs = draw_question_set(rng, facts, rng.randint(2, 6), 0.06)
    messages = recall_messages(rng, render_facts(rng, facts, 0), pairs[:1], casual=0.1)
    turns = [[say("user", q), say("assistant", a)] for q, a in pairs[1:]]
    turns += [story_turn(rng) for _ in range(rng.randint(1, 2))]
    turns += [small_talk_turn(rng) for _ in range(rng.randint(0, 2))]
    rng.shuffle(turns)
    return chat(messages + [message for turn in turns for message in turn])


def story_chat_document(rng):
    """Several stories and small talk in one chat."""
    turns = [story_turn(rng) for _ in range(rng.randint(1, 3))] + [small_talk_turn(rng) for _ in range(rng.randint(0, 2))]
    rng.shuffle(turns)
    return chat([message for turn in turns for message in turn])


def document(rng, facts=(2, 8), story_share=0.2, turns=None):
    """One training document. `facts` is the range of the number of facts, the curriculum's knob."""
    kind = rng.random()
    if kind < story_share:
        return story_document(rng) if rng.random() < 0.8 else story_chat_document(rng)
    kind -= story_share
    if kind < 0.035:
        return small_talk_document(rng)
    if kind < 0.05:
        return noise_document(rng)
    # Log-uniform: long documents teach reach, but short ones teach more for their price.
    count = round(math.exp(rng.uniform(math.log(facts[0]), math.log(facts[1]))))
    if count > 48 and turns and turns > 1:
        turns = max(turns, 24)
    if kind < 0.08:
        return plain_recall_document(rng, min(count, 24))
    if kind < 0.13:
        return mixed_document(rng, min(count, 24))
    return recall_document(rng, count, turns, casual=0.1)


def sample_texts(seed, count):
    """Texts for the tokenizer: everything but the noise."""
    rng = random.Random(seed)
    for _ in range(count):
        draw = rng.random()
        made = story_document(rng) if draw < 0.4 else small_talk_document(rng) if draw < 0.5 else recall_document(rng, 12)
        yield "".join(text for text, _ in made)
    for word in ["Question:", "Answer:", " Question:", " Answer:"]:
        yield word


def heldout_case(rng, kind, count):
    """A test case whose asked fact is a combination that training never uses (two-hop: the document is new, not the combination)."""
    while True:
        facts = draw_facts(rng, count, training=False)
        if kind == "two-hop":
            made = draw_two_hop(rng, facts[:count - 2], training=False)
            if made is None:
                continue
            question, answer, facts = made
        else:
            target = next((fact for fact in facts if is_heldout(fact)), None)
            if target is None:
                continue
            question, answer = target.question(rng), target.text
        if kind == "multi-document":
            text = render_documents(rng, facts, 2)
        else:
            text = render_facts(rng, facts, rng.choice([0, 0, 1, 2]))
        messages = []
        style = rng.random()
        if style < 0.3:
            messages = [say("system", rng.choice(PREAMBLES) + text), say("user", question)]
        else:
            if style < 0.5:
                messages = [say("system", rng.choice(SYSTEMS))]
            messages.append(say("user", rng.choice(PREAMBLES) + text + rng.choice(ASKS) + question))
        return {"kind": kind, "facts": len(facts), "messages": messages, "answer": answer}


def write_heldout(file, seed):
    rng = random.Random(seed)
    plan = [("one-hop", 8, 120), ("one-hop", 12, 60), ("one-hop", 16, 60), ("one-hop", 24, 30), ("two-hop", 8, 40),
            ("two-hop", 16, 30), ("multi-document", 8, 30), ("multi-document", 16, 40), ("multi-document", 32, 20)]
    with open(file, "w", encoding="utf-8", newline="\n") as out:
        for kind, facts, cases in plan:
            for _ in range(cases):
                out.write(json.dumps(heldout_case(rng, kind, facts), ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--heldout")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=20261121)
    args = parser.parse_args()
    if args.heldout:
        write_heldout(args.heldout, args.seed)
    rng = random.Random(args.seed)
    for _ in range(args.show):
        sys.stdout.write("".join(text for text, _ in document(rng)) + "\n=====\n")


if __name__ == "__main__":
    main()
