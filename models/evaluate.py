"""Measures the probe.

    python3 evaluate.py --checkpoint run/last.pt                      recall on heldout.jsonl in PyTorch
    python3 evaluate.py --gguf probe.gguf --llama DIR                 the same in llama.cpp itself (DIR holds libllama*.so), and whether
                                                                      tokenizer, template, logits and greedy answers agree with ours
    ... --stories 3                                                   also tell some stories, greedy and at temperature 0.8
"""
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import collections
import json
import math
import pathlib
import random

import generate
from tokenizer import Tokenizer

HERE = pathlib.Path(__file__).parent
STRANGE = ["Hello, world!", "naïve café — 日本語 🦊", "  two  spaces\tand a tab\n\n\n", "'sun 'tis Tom's \"quoted\"", "x=1;y=[2,3]", "▁▁a", "<|im_end|> <unk> <0x41>",
           "Foxes' tails", "MIRA mira Mira", "12345 6 7.8", "", " ", "\n", "ﬁ Ω ≈ ç √", "Don't you think it's Mira's?"]


def read_cases(file):
    return [json.loads(line) for line in pathlib.Path(file).read_text(encoding="utf-8").splitlines()]


def prompt_of(messages):
    return "".join(text for text, _ in generate.chat(messages)) + "<|im_start|>assistant\n"


class Torch:
    """The trainer's own model behind the same three calls as native.Native."""

    def __init__(self, checkpoint):
        import torch
        from model import Config, Probe
        self.torch, self.tokenizer = torch, Tokenizer.load()
        torch.set_num_threads(1)
        saved = torch.load(checkpoint, map_location="cpu")
        self.model = Probe(Config(**saved["config"])).eval()
        self.model.load_state_dict(saved["model"])
        print({k: saved.get(k) for k in ("step", "tokens", "seconds", "seed")})

    def encode(self, text):
        return self.tokenizer.encode(text)

    def decode(self, ids):
        return self.tokenizer.decode(ids)

    def logits(self, ids):
        with self.torch.no_grad():
            ids = self.torch.tensor([ids])
            return self.model(ids, self.torch.tensor([ids.shape[1] - 1]))[0].tolist()

    def generate(self, ids, limit=200, choose=None):
        choose = choose or (lambda scores: max(range(len(scores)), key=scores.__getitem__))
        out = []
        while len(out) < limit:
            token = choose(self.logits(ids + out))
            if token in (self.tokenizer.end, self.tokenizer.end_of_text):
                break
            out.append(token)
        return out


def sampler(rng, temperature):
    def choose(scores):
        top = max(scores)
        weights = [math.exp((s - top) / temperature) for s in scores]
        return rng.choices(range(len(scores)), weights)[0]
    return choose


def measure(engine, cases, show=0):
    right, total = collections.Counter(), collections.Counter()
    for case in cases:
        answer = engine.decode(engine.generate(engine.encode(prompt_of(case["messages"])), 40))
        key = case["kind"], case["facts"]
        total[key] += 1
        right[key] += answer == case["answer"]
        if answer != case["answer"] and show > 0:
            show -= 1
            print(f"wrong: {case['kind']} {case['facts']}: {case['messages'][-1]['content'][-70:]!r}: {answer!r}, not {case['answer']!r}")
    for kind, facts in sorted(total):
        print(f"{kind:16} {facts:3} facts  {right[kind, facts]:4}/{total[kind, facts]:<4} {100 * right[kind, facts] / total[kind, facts]:6.1f} %")
    for kind in sorted({k for k, _ in total}):
        r, t = (sum(c[k] for k in c if k[0] == kind) for c in (right, total))
        print(f"{kind:16} all        {r:4}/{t:<4} {100 * r / t:6.1f} %")


def unknown_case(rng, count):
    """A question about somebody whom the text does not mention."""
    while True:
        text = generate.render_facts(rng, generate.draw_facts(rng, count, training=False), 0)
        stranger = generate.draw_facts(rng, 1, training=False)[0]
        if not any(word in text for word in stranger.subject.replace("'s", "").split()):
            message = generate.say("user", f"{text}\n{stranger.question(rng)}")
            return {"kind": "unknown", "facts": count, "messages": [message], "answer": generate.UNKNOWN}


def interrupted_case(rng, count):
    """Facts, a question, then other talk, and only then the question that is measured."""
    facts = generate.draw_facts(rng, count, training=False)
    first, asked = rng.sample(facts, 2)
    messages = generate.recall_messages(rng, generate.render_facts(rng, facts, 0), [(first.question(rng), first.text)])
    messages += generate.story_turn(rng) + generate.small_talk_turn(rng) + [generate.say("user", asked.question(rng))]
    return {"kind": "interrupted", "facts": count, "messages": messages, "answer": asked.text}


def extra_cases(seed, count):
    """More kinds than heldout.jsonl has: long prompts (how recall falls off with length), unknown subjects, talk in between."""
    rng = random.Random(seed)
    cases = [unknown_case(rng, n) for n in (8, 16) for _ in range(count)]
    cases += [interrupted_case(rng, n) for n in (8, 16) for _ in range(count)]
    sizes = (2, 4, 32, 64, 96, 128, 192, 240)
    return cases + [dict(generate.heldout_case(rng, "one-hop", n), kind="long one-hop") for n in sizes for _ in range(count)]


def print_lengths(engine, cases):
    lengths = collections.defaultdict(list)
    for case in cases:
        lengths[case["kind"], case["facts"]].append(len(engine.encode(prompt_of(case["messages"]))))
    for (kind, facts), values in sorted(lengths.items()):
        print(f"{kind:16} {facts:3} facts  prompts of {min(values)} to {max(values)} tokens")


def tell_stories(engine, count):
    for prompt in ["Tell me a story.", "Tell me a story about a fox.", "Tell me a short story about Mira."]:
        ids = engine.encode(prompt_of([{"role": "user", "content": prompt}]))
        print(f"\n## {prompt} (greedy)\n{engine.decode(engine.generate(ids, 300))}")
        for seed in range(1, count):
            print(f"\n## {prompt} (temperature 0.8, seed {seed})\n{engine.decode(engine.generate(ids, 300, sampler(random.Random(seed), 0.8)))}")
    for prompt in ["Hello!", "Who are you?", "What is the capital of France?", "qwerty asdf 42"]:
        ids = engine.encode(prompt_of([{"role": "user", "content": prompt}]))
        print(f"\n## {prompt}\n{engine.decode(engine.generate(ids, 60))}")
    print(f"\n## completion: Once upon a time\nOnce upon a time{engine.decode(engine.generate(engine.encode('Once upon a time'), 300))}")


def check_tokenizer(native, tokenizer, cases):
    texts = STRANGE + [prompt_of(c["messages"]) for c in cases]
    rng = random.Random(5)
    texts += ["".join(text for text, _ in generate.document(rng)) for _ in range(300)]
    texts += ["".join(text for text, _ in generate.noise_document(rng)) for _ in range(300)]
    texts += ["".join(chr(rng.choice([rng.randint(32, 126), rng.randint(160, 1000), rng.randint(0x3000, 0x9000)])) for _ in range(40)) for _ in range(200)]
    wrong = [t for t in texts if native.encode(t) != tokenizer.encode(t)]
    spelled = [t for t in texts if "<" not in t and native.decode(native.encode(t)) != t]
    print(f"tokenizer: {len(texts) - len(wrong)}/{len(texts)} texts get the same ids; {len(spelled)} do not come back as typed")
    for text in wrong[:5]:
        print("  differs:", repr(text[:100]), native.encode(text)[:40], tokenizer.encode(text)[:40])


def check_template(native, cases):
    wrong = [c for c in cases if native.chat(c["messages"]) != prompt_of(c["messages"])]
    print(f"template: {len(cases) - len(wrong)}/{len(cases)} prompts are the same")
    ends = [i for i in range(native.size) if native.is_end(i)]
    print("end tokens:", [native.piece(i, True).decode() for i in ends], "adds bos:", native.llama.llama_vocab_get_add_bos(native.vocab),
          "context:", native.llama.llama_model_n_ctx_train(native.model))


def check_answers(native, ours, cases):
    same, apart = 0, 0.0
    for case in cases:
        ids = ours.encode(prompt_of(case["messages"]))
        native.clear()
        apart = max(apart, max(abs(a - b) for a, b in zip(native.logits(ids), ours.logits(ids))))
        same += native.generate(ids, 40) == ours.generate(ids, 40)
    print(f"greedy answers: {same}/{len(cases)} equal those of PyTorch; largest difference of a logit {apart:.3f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint")
    parser.add_argument("--gguf", default=str(HERE / "probe.gguf"))
    parser.add_argument("--llama", help="folder with libllama*.so; may also come from PROBE_LLAMA_DIR", default=os.environ.get("PROBE_LLAMA_DIR"))
    parser.add_argument("--cases", default=str(HERE / "heldout.jsonl"))
    parser.add_argument("--limit", type=int, default=0, help="use only every n-th case")
    parser.add_argument("--stories", type=int, default=0)
    parser.add_argument("--extra", type=int, default=0, help="also measure this many cases of each further kind (long prompts, unknown, ...)")
    parser.add_argument("--show", type=int, default=5, help="wrong answers to print")
    args = parser.parse_args()
    cases = read_cases(args.cases)[::args.limit or 1]
    ours = Torch(args.checkpoint) if args.checkpoint else None
    engine = ours
    if args.llama:
        from native import Native
        engine = Native(args.llama, args.gguf)
        check_tokenizer(engine, Tokenizer.load(), cases)
        check_template(engine, cases)
        if ours:
            check_answers(engine, ours, cases[::8])
    measure(engine, cases, args.show)
    if args.extra:
        extra = extra_cases(20261122, args.extra)
        print_lengths(engine, extra)
        measure(engine, extra, args.show)
    if args.stories:
        tell_stories(engine, args.stories)


if __name__ == "__main__":
    main()
