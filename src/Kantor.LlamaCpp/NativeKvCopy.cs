using System.Runtime.InteropServices;
using Kantor.Engine.Backends;

namespace Kantor.LlamaCpp;

/// <summary>A sequence's state as the library writes it.</summary>
internal sealed unsafe class NativeKvCopy(nuint bytes) : KvCopy
{
    private void* _memory = NativeMemory.Alloc(bytes);

    ~NativeKvCopy() => Dispose(disposing: false);

    public override long Bytes => (long)bytes;

    public nuint Length => bytes;

    /// <summary>The first byte.</summary>
    public byte* Start
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory is null, this);
            return (byte*)_memory;
        }
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
