namespace UserNvme.Worker;

/// <summary>What the worker does to its disk.</summary>
public sealed class LoadOptions
{
    /// <summary>How many operations are under way at any time; each loop has a part of the disk for itself.</summary>
    public int InFlight { get; set; } = 16;

    /// <summary>Whether it may write to a real disk. An emulated one it always writes.</summary>
    public bool DestroyData { get; set; }
}
