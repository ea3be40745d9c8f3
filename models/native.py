"""A thin ctypes view of llama.cpp, only to check that the real library sees the probe as we do.

The by-value parameter structs are opaque blocks of the sizes in llama.cpp release 0.5.0 (npm: @node-llama-cpp/linux-x64 3.22.1);
only the few fields set here have names. Another release may need other sizes.
"""
import ctypes
import glob
import os
from ctypes import POINTER, byref, c_bool, c_char_p, c_float, c_int8, c_int32, c_size_t, c_uint32, c_uint64, c_void_p


class ModelParams(ctypes.Structure):
    _fields_ = [("block", c_uint64 * 10)]


class ContextParams(ctypes.Structure):
    _fields_ = [("n_ctx", c_uint32), ("n_batch", c_uint32), ("n_ubatch", c_uint32), ("n_seq_max", c_uint32), ("more", c_uint32 * 3),
                ("n_threads", c_int32), ("n_threads_batch", c_int32), ("pad", c_uint32), ("block", c_uint64 * 15)]


class Batch(ctypes.Structure):
    _fields_ = [("n_tokens", c_int32), ("token", POINTER(c_int32)), ("embd", c_void_p), ("pos", POINTER(c_int32)),
                ("n_seq_id", POINTER(c_int32)), ("seq_id", POINTER(POINTER(c_int32))), ("logits", POINTER(c_int8))]


class ChatMessage(ctypes.Structure):
    _fields_ = [("role", c_char_p), ("content", c_char_p)]


LOG_CALLBACK = ctypes.CFUNCTYPE(None, c_int32, c_char_p, c_void_p)


def load(folder):
    """Opens the libraries in dependency order and lets ggml pick the CPU variant that fits this machine."""
    base = ctypes.CDLL(os.path.join(folder, "libggml-base.so"), ctypes.RTLD_GLOBAL)
    ggml = ctypes.CDLL(glob.glob(os.path.join(folder, "libggml.*so*"))[0], ctypes.RTLD_GLOBAL)
    llama = ctypes.CDLL(glob.glob(os.path.join(folder, "libllama.*so*"))[0], ctypes.RTLD_GLOBAL)
    ggml.ggml_backend_load_all_from_path.argtypes = [c_char_p]
    ggml.ggml_backend_load_all_from_path(folder.encode())
    for name, result, arguments in [
            ("llama_model_default_params", ModelParams, []), ("llama_context_default_params", ContextParams, []),
            ("llama_model_load_from_file", c_void_p, [c_char_p, ModelParams]), ("llama_init_from_model", c_void_p, [c_void_p, ContextParams]),
            ("llama_model_get_vocab", c_void_p, [c_void_p]), ("llama_model_chat_template", c_char_p, [c_void_p, c_char_p]),
            ("llama_tokenize", c_int32, [c_void_p, c_char_p, c_int32, POINTER(c_int32), c_int32, c_bool, c_bool]),
            ("llama_token_to_piece", c_int32, [c_void_p, c_int32, c_char_p, c_int32, c_int32, c_bool]),
            ("llama_vocab_n_tokens", c_int32, [c_void_p]), ("llama_vocab_is_eog", c_bool, [c_void_p, c_int32]),
            ("llama_vocab_get_add_bos", c_bool, [c_void_p]), ("llama_model_n_ctx_train", c_int32, [c_void_p]),
            ("llama_chat_apply_template", c_int32, [c_char_p, POINTER(ChatMessage), c_size_t, c_bool, c_char_p, c_int32]),
            ("llama_batch_get_one", Batch, [POINTER(c_int32), c_int32]), ("llama_decode", c_int32, [c_void_p, Batch]),
            ("llama_get_logits_ith", POINTER(c_float), [c_void_p, c_int32]), ("llama_get_memory", c_void_p, [c_void_p]),
            ("llama_memory_clear", None, [c_void_p, c_bool]), ("llama_log_set", None, [LOG_CALLBACK, c_void_p])]:
        function = getattr(llama, name)
        function.restype, function.argtypes = result, arguments
    return llama, (base, ggml)


class Native:
    """One model and one context of the real library."""

    def __init__(self, folder, file, threads=1, context=2048):
        self.llama, self.keep_open = load(folder)
        self.quiet = LOG_CALLBACK(lambda level, text, data: None)
        self.llama.llama_log_set(self.quiet, None)
        self.model = self.llama.llama_model_load_from_file(str(file).encode(), self.llama.llama_model_default_params())
        if not self.model:
            raise RuntimeError(f"llama.cpp does not load {file}")
        params = self.llama.llama_context_default_params()
        params.n_ctx = params.n_batch = context
        params.n_threads = params.n_threads_batch = threads
        self.context = self.llama.llama_init_from_model(self.model, params)
        self.vocab = self.llama.llama_model_get_vocab(self.model)
        self.size = self.llama.llama_vocab_n_tokens(self.vocab)

    def encode(self, text, special=True):
        raw = text.encode("utf-8")
        room = (c_int32 * (len(raw) + 8))()
        count = self.llama.llama_tokenize(self.vocab, raw, len(raw), room, len(room), True, special)
        return list(room[:count])

    def piece(self, token, special=False):
        room = ctypes.create_string_buffer(256)
        count = self.llama.llama_token_to_piece(self.vocab, token, room, 256, 0, special)
        return room.raw[:count]

    def decode(self, ids):
        return b"".join(self.piece(i) for i in ids).decode("utf-8", "replace")

    def template(self):
        return self.llama.llama_model_chat_template(self.model, None)

    def chat(self, messages):
        items = (ChatMessage * len(messages))(*[(m["role"].encode(), m["content"].encode()) for m in messages])
        room = ctypes.create_string_buffer(100_000)
        count = self.llama.llama_chat_apply_template(self.template(), items, len(messages), True, room, len(room))
        return room.raw[:count].decode()

    def is_end(self, token):
        return self.llama.llama_vocab_is_eog(self.vocab, token)

    def logits(self, ids):
        """Logits after `ids`, which are appended to what the context already holds."""
        tokens = (c_int32 * len(ids))(*ids)
        if self.llama.llama_decode(self.context, self.llama.llama_batch_get_one(tokens, len(ids))) != 0:
            raise RuntimeError("llama_decode failed")
        return self.llama.llama_get_logits_ith(self.context, -1)[:self.size]

    def clear(self):
        self.llama.llama_memory_clear(self.llama.llama_get_memory(self.context), True)

    def generate(self, ids, limit=200, choose=None):
        choose = choose or (lambda scores: max(range(len(scores)), key=scores.__getitem__))
        self.clear()
        out, step = [], ids
        while len(out) < limit:
            token = choose(self.logits(step))
            if self.is_end(token):
                break
            out.append(token)
            step = [token]
        return out
