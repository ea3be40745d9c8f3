using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>
/// llama-server's loop (llama.cpp, tools/server/server-context.cpp, update_slots, read at fb402660): all decodes first, then prompts by the
/// number of their slot, each filled until the step is full; a request takes a slot in order of arrival as soon as one is free, and keeps
/// it while it waits for room. No priorities, no deadlines, no look at memory before a prompt is begun.
/// <see cref="BatchLimits.RunningMax"/> is its <c>-np</c>, <see cref="BatchLimits.StepTokensMax"/> its <c>-b</c>.
/// </summary>
/// <remarks>
/// Different here, because hosts decide it (which slot it takes is recalled, not read): of the idle slots it takes the one whose content
/// begins most like the prompt, else the least recently used; here the host's cache finds the prefix wherever it lies, and the slot is the
/// least recently used. When no KV is left it fails every request at work; here the newest running one gives way and is computed again.
/// </remarks>
public sealed class LlamaServerPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "llama-server's loop: all decodes, then prompts by the number of their slot until the step is full",
        "llama.cpp, tools/server/server-context.cpp at fb402660")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + slots · admitted)",
    };

    /// <inheritdoc/>
    public string Name => "llama-server";

    /// <inheritdoc/>
    public PolicyState NewState() => new SlotState();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var slots = (SlotState)state;
        slots.Grow(view.Limits.RunningMax);
        Launch(view, slots);
        var budget = new PlanBudget(view);
        var kept = DecodesFirst.Pass(view, plan, ref budget, view.Running.Length, decoding: true);
        for (var slot = 0; slot < slots.Count && budget.TokensLeft > 0; slot++)
        {
            if (slots.RowIn(slot) is not { } row || plan.Preemptions.Contains(row)) continue;
            if (view.IsWaiting(row)) TryBegin(view, plan, ref budget, row);
            else if (view.IsRunning(row) && !view.IsDecoding(row)) kept = GoOn(view, plan, ref budget, row, kept);
        }
    }

    /// <summary>Without limit while nobody waits; who waits may begin as soon as a prompt before it is done.</summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => view.Waiting.IsEmpty ? int.MaxValue : 1;

    /// <summary>
    /// Who waits takes a slot, as long as there are any. Who runs has one, even if another planner let it in where this one was contained.
    /// </summary>
    private static void Launch(in BatchView view, SlotState slots)
    {
        foreach (var row in view.Running)
        {
            if (slots.Has(row) || slots.TryTake(row)) continue;
            slots.Grow(slots.Count + 1);
            slots.TryTake(row);
        }

        foreach (var row in view.Waiting)
        {
            if (!slots.Has(row) && !slots.TryTake(row)) return;
        }
    }

    /// <summary>In a step that preempted nobody begins: the victim would lose its blocks to whoever does.</summary>
    private static void TryBegin(in BatchView view, BatchPlan plan, ref PlanBudget budget, int row)
    {
        if (!plan.Preemptions.IsEmpty) return;
        var hit = view.CachedPrefix(row);
        var tokens = Math.Min(view.WantedTokens[row] - hit.Tokens, budget.TokensLeft);
        if (budget.TryTakeWaiting(row, tokens, hit)) plan.AddGrant(row, tokens);
    }

    /// <summary>Fills the step with a prompt, and returns how many of the running rows, from the front, were not preempted.</summary>
    private static int GoOn(in BatchView view, BatchPlan plan, ref PlanBudget budget, int row, int kept)
    {
        var tokens = Math.Min(view.MissingTokens(row), budget.TokensLeft);
        while (!budget.TryTakeRunning(row, tokens))
        {
            var victim = view.Running[--kept];
            RunningFirst.Preempt(view, victim, plan, ref budget);
            if (victim == row) return kept;
        }

        plan.AddGrant(row, tokens);
        return kept;
    }

    /// <summary>Which request has which slot.</summary>
    private sealed class SlotState : PolicyState
    {
        private const int None = -1;

        private int[] _rows = [];
        private long[] _usedUs = [];
        private int[] _slotOf = [];

        /// <summary>Slots.</summary>
        public int Count => _rows.Length;

        /// <summary>The row in a slot; null when it is idle.</summary>
        public int? RowIn(int slot) => _rows[slot] == None ? null : _rows[slot];

        /// <summary>Whether the row has a slot.</summary>
        public bool Has(int row) => row < _slotOf.Length && _slotOf[row] != None;

        /// <summary>There are so many slots, or more.</summary>
        public void Grow(int slots)
        {
            var before = _rows.Length;
            if (slots <= before) return;
            Array.Resize(ref _rows, slots);
            Array.Resize(ref _usedUs, slots);
            Array.Fill(_rows, None, before, slots - before);
        }

        /// <summary>Gives the row the idle slot that was used longest ago, the lowest of several; false when all are busy.</summary>
        public bool TryTake(int row)
        {
            var best = None;
            for (var slot = 0; slot < _rows.Length; slot++)
            {
                if (_rows[slot] == None && (best == None || _usedUs[slot] < _usedUs[best])) best = slot;
            }

            if (best == None) return false;
            _rows[best] = row;
            Remember(row, best);
            return true;
        }

        /// <inheritdoc/>
        public override void Ended(RequestFacts request, int slot, in RequestEnd end)
        {
            if (!Has(slot)) return;
            _usedUs[_slotOf[slot]] = NowUs;
            _rows[_slotOf[slot]] = None;
            _slotOf[slot] = None;
        }

        private void Remember(int row, int slot)
        {
            var before = _slotOf.Length;
            if (row >= before)
            {
                Array.Resize(ref _slotOf, Math.Max(row + 1, 2 * before));
                Array.Fill(_slotOf, None, before, _slotOf.Length - before);
            }

            _slotOf[row] = slot;
        }
    }
}
