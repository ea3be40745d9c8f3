"""Trains the probe on CPU cores: one single-threaded process per core, gradients summed through shared memory.

    python3 train.py --tokens 30e6 --out run        (run it again to go on from the last checkpoint)

Why processes: on two cores OpenBLAS threads and OpenMP threads fight each other; two processes with one thread each are twice as fast.
"""
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import pathlib
import random
import time

import torch
import torch.multiprocessing as mp
import torch.nn.functional as F

import generate
from model import Config, Probe, frequencies
from tokenizer import NORMAL_TYPE, Tokenizer

# (up to this share of the token budget, (fewest, most facts), share of stories, share of repeated nonsense, most turns)
CURRICULUM = [(0.04, (2, 4), 0.20, 0.15, 4), (0.12, (2, 8), 0.25, 0.08, 8), (0.35, (2, 16), 0.30, 0.03, 14),
              (0.60, (2, 48), 0.35, 0.02, 16), (0.80, (2, 96), 0.35, 0.02, 16), (1.01, (2, 256), 0.35, 0.02, 16)]
LONGEST = 2048
IDENTITY, SUBSPACE = 64, 32   # widths used by the structured start


# ---------------------------------------------------------------------------------------------------------------- start
def structured_start(model, tokenizer):
    """Starts with the circuit that recall needs, so that training only has to sharpen it.

    Layer 0: head h copies the token h+1 places back into a subspace of its own. It finds the place by rotary positions alone: all
    embeddings share one constant component, from which query and key get phases that agree best at that distance.
    Layer 1: head h looks for a place whose (h+1)-back token equals the current h-back token, and copies the token found there.
    """
    config, rng = model.config, torch.Generator().manual_seed(3)
    identity = slice(1, 1 + IDENTITY)
    with torch.no_grad():
        model.embed.weight.normal_(0, 0.02, generator=rng)
        model.embed.weight[:, 0] = 0.5
        model.embed.weight[:, identity] = torch.randn(config.vocab, IDENTITY, generator=rng) * 0.1
        share_word_forms(model.embed.weight, tokenizer)
        for block in model.blocks:
            for weight in (block.wq, block.wk, block.wv, block.gate, block.up):
                weight.weight.normal_(0, 0.04, generator=rng)
            for weight in (block.wo, block.down):
                weight.weight.normal_(0, 0.01, generator=rng)
        project = torch.randn(SUBSPACE, IDENTITY, generator=rng) / IDENTITY ** 0.5
        start_offset_heads(model.blocks[0], config, identity, project)
        start_match_heads(model.blocks[1], config, identity, project)


def share_word_forms(embedding, tokenizer):
    """"Mira" at the start of a sentence and " Mira" inside one begin as nearly the same vector."""
    for i, piece in enumerate(tokenizer.pieces):
        twin = tokenizer.ids.get("\u2581" + piece)
        if twin is not None and tokenizer.types[i] == NORMAL_TYPE:
            embedding[i, 1:1 + IDENTITY] = embedding[twin, 1:1 + IDENTITY]


def subspace(offset):
    return slice(1 + IDENTITY + offset * SUBSPACE, 1 + IDENTITY + (offset + 1) * SUBSPACE)


def start_offset_heads(block, config, identity, project):
    size, pairs, strength = config.head_dim, 12, 1.0
    angles = frequencies(config)[:pairs].float()
    for head in range(config.heads):
        row = head * size
        block.wq.weight[row:row + 2 * pairs, 0] += strength * torch.stack([torch.cos(-angles * (head + 1)), torch.sin(-angles * (head + 1))], 1).flatten()
        block.wk.weight[row:row + 2 * pairs:2, 0] += strength
        block.wv.weight[row:row + IDENTITY, identity] += torch.eye(IDENTITY)
        block.wo.weight[subspace(head), row:row + IDENTITY] += 0.1 * project


def start_match_heads(block, config, identity, project):
    size, gain = config.head_dim, 1.6
    for head in range(config.heads):
        # The last components of a head hardly rotate, so they compare content whatever the distance.
        rows = slice((head + 1) * size - SUBSPACE, (head + 1) * size)
        if head == 0:
            block.wq.weight[rows, identity] += gain * project
        else:
            block.wq.weight[rows, subspace(head - 1)] += gain * torch.eye(SUBSPACE)
        block.wk.weight[rows, subspace(head)] += gain * torch.eye(SUBSPACE)
        row = head * size
        block.wv.weight[row:row + IDENTITY, identity] += torch.eye(IDENTITY)
        block.wo.weight[identity, row:row + IDENTITY] += 0.15 * torch.eye(IDENTITY)


# ----------------------------------------------------------------------------------------------------------------- data
class Batches:
    """Batches of whole documents of similar length, each starting at position 0, as it will when the probe is served."""

    def __init__(self, tokenizer, seed, budget):
        self.tokenizer, self.rng, self.budget = tokenizer, random.Random(seed), budget
        self.words = [i for i, p in enumerate(tokenizer.pieces) if tokenizer.types[i] == NORMAL_TYPE and len(p) > 2]
        self.ready, self.stage = [], None

    def stage_of(self, progress):
        return next(stage for stage in CURRICULUM if progress < stage[0])

    def repeated(self):
        """Nonsense said twice or three times: nothing but copying helps."""
        part = self.rng.sample(self.words, self.rng.randint(6, 24))
        return [(part, 0.0)] + [(part, 1.0)] * self.rng.randint(1, 2)

    def draw(self, stage):
        _, facts, story_share, nonsense, turns = stage
        if self.rng.random() < nonsense:
            parts = self.repeated()
        else:
            made = generate.document(self.rng, facts, story_share, self.rng.choice([1, turns, turns]))
            parts = [(self.tokenizer.encode(text), weight) for text, weight in made]
        ids, keep = [], []
        for part, weight in parts:
            ids += part
            keep += [self.rng.random() < weight for _ in part]
        return ids[:LONGEST], keep[:LONGEST]

    def refill(self, stage):
        pool = sorted((self.draw(stage) for _ in range(400)), key=lambda made: len(made[0]))
        batch = []
        for made in pool:
            if batch and (len(batch) + 1) * len(made[0]) > self.budget:
                self.ready.append(batch)
                batch = []
            batch.append(made)
        self.rng.shuffle(self.ready)

    def next(self, progress):
        stage = self.stage_of(progress)
        if stage != self.stage:
            self.ready, self.stage = [], stage
        while not self.ready:
            self.refill(stage)
        batch = self.ready.pop()
        length = max(len(ids) for ids, _ in batch)
        ids = torch.zeros(len(batch), length, dtype=torch.long)
        keep = torch.zeros(len(batch), length, dtype=torch.bool)
        for row, (tokens, kept) in enumerate(batch):
            ids[row, :len(tokens)] = torch.tensor(tokens)
            keep[row, :len(tokens) - 1] = torch.tensor(kept[1:])
        flat = keep.flatten().nonzero().flatten()
        return ids, flat, ids.roll(-1, 1).flatten()[flat]


# ------------------------------------------------------------------------------------------------------------ optimiser
class Optimizer:
    """Muon for the matrices inside the blocks, Adam for embedding and norms."""

    def __init__(self, model):
        self.matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
        self.others = [p for n, p in model.named_parameters() if not (p.ndim == 2 and "embed" not in n)]
        self.momentum = [torch.zeros_like(p) for p in self.matrices]
        self.first = [torch.zeros_like(p) for p in self.others]
        self.second = [torch.zeros_like(p) for p in self.others]
        self.steps = 0

    def state(self):
        return {"momentum": self.momentum, "first": self.first, "second": self.second, "steps": self.steps}

    def load(self, state):
        self.momentum, self.first, self.second, self.steps = (state[k] for k in ("momentum", "first", "second", "steps"))

    def step(self, rate, matrix_rate, adam_rate):
        self.steps += 1
        groups = {}
        for p, m in zip(self.matrices, self.momentum):
            m.mul_(0.95).add_(p.grad)
            groups.setdefault(tuple(p.shape), []).append((p, p.grad.add(m, alpha=0.95)))
        for (rows, columns), members in groups.items():
            updates = orthogonal(torch.stack([g for _, g in members]))
            for (p, _), update in zip(members, updates):
                p.data.add_(update, alpha=-rate * matrix_rate * max(1, rows / columns) ** 0.5)
        for p, a, b in zip(self.others, self.first, self.second):
            a.mul_(0.9).add_(p.grad, alpha=0.1)
            b.mul_(0.98).addcmul_(p.grad, p.grad, value=0.02)
            scale = (1 - 0.98 ** self.steps) ** 0.5 / (1 - 0.9 ** self.steps)
            p.data.addcdiv_(a, b.sqrt().add_(1e-9), value=-rate * adam_rate * scale)


def orthogonal(g):
    """Newton-Schulz iteration towards the nearest orthogonal matrix (Muon)."""
    turned = g.shape[1] > g.shape[2]
    x = g.transpose(1, 2) if turned else g
    x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(5):
        a = x @ x.transpose(1, 2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return x.transpose(1, 2) if turned else x


# ------------------------------------------------------------------------------------------------------------- measuring
def exact_matches(model, tokenizer, cases):
    """Share of cases whose whole answer, closed by the end token, is what greedy decoding writes."""
    right = 0
    with torch.no_grad():
        for case in cases:
            prompt = "".join(text for text, _ in generate.chat(case["messages"])) + "<|im_start|>assistant\n"
            start = tokenizer.encode(prompt)
            answer = tokenizer.encode(case["answer"] + "<|im_end|>")
            ids = torch.tensor([start + answer])
            guess = model(ids, torch.arange(len(start) - 1, ids.shape[1] - 1)).argmax(-1)
            right += guess.tolist() == answer
    return right / len(cases)


def test_sets(count=40):
    rng = random.Random(99)
    sets = {f"1hop{n}": ("one-hop", n) for n in (2, 4, 8, 16, 32)}
    sets.update({"2hop8": ("two-hop", 8), "multi16": ("multi-document", 16)})
    return {name: [generate.heldout_case(rng, *plan) for _ in range(count)] for name, plan in sets.items()}


# ------------------------------------------------------------------------------------------------------------------ run
def learning_rate(progress, step):
    return min(1, (step + 1) / 50) * min(1, max(0.0, (1 - progress) / 0.35))


def work(rank, args, grads, barrier, losses):
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)   # denormal gradients make products a hundred times slower
    tokenizer = Tokenizer.load()
    model = Probe(Config(vocab=len(tokenizer.pieces), dim=args.dim, layers=args.layers, heads=args.heads, ffn=args.ffn))
    optimizer = Optimizer(model)
    out = pathlib.Path(args.out)
    step, tokens, spent = 0, 0, 0.0
    if (out / "last.pt").exists():
        saved = torch.load(out / "last.pt")
        model.load_state_dict(saved["model"])
        optimizer.load(saved["optimizer"])
        step, tokens, spent = saved["step"], saved["tokens"], saved["seconds"]
    else:
        structured_start(model, tokenizer)
    batches = Batches(tokenizer, args.seed * 1000 + rank + 7919 * step, args.batch // args.workers)
    parameters = list(model.parameters())
    sets = test_sets() if rank == 0 else None
    start, mark, seen = time.time() - spent, time.time(), 0
    running = 0.0
    while tokens < args.tokens:
        progress = tokens / args.tokens
        ids, keep, targets = batches.next(progress)
        loss = F.cross_entropy(model(ids, keep), targets)
        loss.backward()
        grads[rank] = torch.cat([p.grad.flatten() for p in parameters])
        losses[rank, 0], losses[rank, 1] = loss.item(), ids.numel()
        barrier.wait()
        mean = grads.mean(0)
        count, shown = int(losses[:, 1].sum()), float(losses[:, 0].mean())
        barrier.wait()
        mean.mul_(min(1.0, 1.0 / (float(mean.norm()) + 1e-6)))
        for p, part in zip(parameters, mean.split([p.numel() for p in parameters])):
            p.grad = part.view_as(p)
        optimizer.step(learning_rate(progress, step), args.matrix_rate, args.adam_rate)
        for p in parameters:
            p.grad = None
        step, tokens, seen = step + 1, tokens + count, seen + count
        running = shown if not running else 0.97 * running + 0.03 * shown
        if rank == 0 and step % 25 == 0:
            print(f"step {step} tokens {tokens / 1e6:.2f}M loss {running:.3f} {seen / (time.time() - mark):.0f} tok/s {time.time() - start:.0f} s", flush=True)
            mark, seen = time.time(), 0
        if rank == 0 and (step % args.every == 0 or tokens >= args.tokens):
            result = {name: exact_matches(model, tokenizer, cases) for name, cases in sets.items()}
            print(f"EVAL step {step} tokens {tokens / 1e6:.2f}M loss {running:.3f} " + " ".join(f"{n} {100 * r:.0f}%" for n, r in result.items()), flush=True)
            saved = {"model": model.state_dict(), "optimizer": optimizer.state(), "step": step, "tokens": tokens, "config": model.config.as_dict(),
                     "seconds": time.time() - start, "seed": args.seed, "result": result}
            save(saved, out / "last.pt")
            save({k: v for k, v in saved.items() if k != "optimizer"}, out / f"weights-{step:06}.pt")
            mark = time.time()


def save(data, file):
    torch.save(data, f"{file}.new")
    os.replace(f"{file}.new", file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="run")
    parser.add_argument("--tokens", type=float, default=30e6)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=8192, help="tokens a step, over all workers")
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--heads", type=int, default=3)
    parser.add_argument("--ffn", type=int, default=384)
    parser.add_argument("--matrix-rate", type=float, default=0.01)
    parser.add_argument("--adam-rate", type=float, default=0.003)
    parser.add_argument("--every", type=int, default=150, help="steps between measurements and checkpoints")
    args = parser.parse_args()
    pathlib.Path(args.out).mkdir(parents=True, exist_ok=True)
    size = sum(p.numel() for p in Probe(Config(vocab=len(Tokenizer.load().pieces), dim=args.dim, layers=args.layers, heads=args.heads, ffn=args.ffn)).parameters())
    print(f"{size / 1e6:.2f} M parameters", flush=True)
    grads = torch.zeros(args.workers, size).share_memory_()
    losses = torch.zeros(args.workers, 2, dtype=torch.float64).share_memory_()
    mp.spawn(work, (args, grads, mp.get_context("spawn").Barrier(args.workers), losses), args.workers)


if __name__ == "__main__":
    main()
