"""The probe model: a Llama-architecture transformer, small enough to train on two CPU cores.

The layout follows what llama.cpp calls LLM_ARCH_LLAMA: RMSNorm, rotary positions on interleaved pairs (2i, 2i+1),
SwiGLU, no biases, tied embeddings. Weights are therefore exported one to one (see export.py).
"""
import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Config:
    vocab: int = 1024
    dim: int = 256
    layers: int = 4
    heads: int = 4
    ffn: int = 512
    rope_base: float = 1e8
    eps: float = 1e-5
    context: int = 2048

    @property
    def head_dim(self):
        return self.dim // self.heads

    def as_dict(self):
        return asdict(self)


class RmsNormFunction(torch.autograd.Function):
    """RMSNorm with a hand-written backward: autograd's chain of element-wise passes costs as much as a matrix product."""

    @staticmethod
    def forward(ctx, x, weight, eps):
        scale = torch.rsqrt(torch.linalg.vector_norm(x, dim=-1, keepdim=True).pow_(2).div_(x.shape[-1]).add_(eps))
        unit = x * scale
        ctx.save_for_backward(unit, scale, weight)
        return unit * weight

    @staticmethod
    def backward(ctx, grad):
        unit, scale, weight = ctx.saved_tensors
        grad_weight = (grad * unit).sum(0)
        inner = grad * weight
        mean = (inner * unit).mean(-1, keepdim=True)
        return inner.sub_(unit * mean).mul_(scale), grad_weight, None


class RmsNorm(nn.Module):
    def __init__(self, dim, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        return RmsNormFunction.apply(x, self.weight, self.eps)


def frequencies(config):
    half = config.head_dim // 2
    return config.rope_base ** (-torch.arange(half, dtype=torch.float64) / half)


def rotation_table(config, length):
    angles = torch.outer(torch.arange(length, dtype=torch.float64), frequencies(config))
    return torch.polar(torch.ones_like(angles), angles).to(torch.complex64)


def rotate(x, table):
    """Rotary positions. x is [batch, time, heads, head_dim]; the pairs are neighbours, as in llama.cpp's NORM rope."""
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * table[: x.shape[1], None]).flatten(-2)


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim, ffn = config.dim, config.ffn
        self.heads, self.head_dim = config.heads, config.head_dim
        self.attn_norm = RmsNorm(dim, config.eps)
        self.wq = nn.Linear(dim, dim, bias=False)
        self.wk = nn.Linear(dim, dim, bias=False)
        self.wv = nn.Linear(dim, dim, bias=False)
        self.wo = nn.Linear(dim, dim, bias=False)
        self.ffn_norm = RmsNorm(dim, config.eps)
        self.gate = nn.Linear(dim, ffn, bias=False)
        self.up = nn.Linear(dim, ffn, bias=False)
        self.down = nn.Linear(ffn, dim, bias=False)

    def attention(self, x, batch, length, table, mask):
        shape = (batch, length, self.heads, self.head_dim)
        q = rotate(self.wq(x).view(shape), table).transpose(1, 2).flatten(0, 1)
        k = rotate(self.wk(x).view(shape), table).transpose(1, 2).flatten(0, 1)
        v = self.wv(x).view(shape).transpose(1, 2).flatten(0, 1)
        scores = torch.baddbmm(mask.expand(q.shape[0], -1, -1), q, k.transpose(1, 2), alpha=self.head_dim ** -0.5)
        mixed = torch.bmm(torch.softmax(scores, -1), v)
        mixed = mixed.view(batch, self.heads, length, self.head_dim).transpose(1, 2).reshape(batch * length, -1)
        return self.wo(mixed)

    def forward(self, x, batch, length, table, mask):
        x = x + self.attention(self.attn_norm(x), batch, length, table, mask)
        h = self.ffn_norm(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Probe(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab, config.dim)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = RmsNorm(config.dim, config.eps)
        self.register_buffer("table", rotation_table(config, config.context), persistent=False)

    def hidden(self, ids):
        batch, length = ids.shape
        mask = torch.full((length, length), -math.inf).triu_(1)[None]
        x = self.embed(ids).view(batch * length, -1)
        for block in self.blocks:
            x = block(x, batch, length, self.table, mask)
        return self.norm(x)

    def forward(self, ids, keep=None):
        """Logits of all positions, or of the flat positions `keep`: the vocabulary product is only paid where it is needed."""
        x = self.hidden(ids)
        if keep is not None:
            x = x[keep]
        return x @ self.embed.weight.t()
