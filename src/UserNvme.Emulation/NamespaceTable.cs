using UserNvme.Spec;

namespace UserNvme.Emulation;

/// <summary>The namespaces of a controller by their identifiers, which may have gaps.</summary>
internal sealed class NamespaceTable : IDisposable
{
    private readonly EmulatedNamespace?[] _byId;

    public NamespaceTable(EmulatedControllerOptions options)
    {
        var ids = new List<uint>();
        foreach (var item in options.Namespaces)
        {
            var id = item.Id != 0 ? item.Id : ids.Count == 0 ? 1 : ids[^1] + 1;
            if (ids.Contains(id) || id > 1024)
                throw OptionsCheck.Bad($"namespace identifier {id} is used twice or above 1024");
            ids.Add(id);
        }

        _byId = new EmulatedNamespace?[ids.Max()];
        try
        {
            for (var i = 0; i < ids.Count; i++)
                _byId[ids[i] - 1] = new EmulatedNamespace(ids[i], options.Namespaces[i], options);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>NN: the largest valid identifier.</summary>
    public uint Largest => (uint)_byId.Length;

    /// <summary>Those that exist, by ascending identifier.</summary>
    public IEnumerable<EmulatedNamespace> Active => _byId.OfType<EmulatedNamespace>();

    /// <summary>The namespace with an identifier, or null where it is not valid or has none.</summary>
    public EmulatedNamespace? Find(uint id) => id - 1 < (uint)_byId.Length ? _byId[id - 1] : null;

    /// <summary>Whether an identifier is one that the controller has room for, 1 to NN.</summary>
    public bool IsValid(uint id) => id - 1 < (uint)_byId.Length;

    /// <summary>Makes all that was written durable.</summary>
    public NvmeStatus FlushAll()
    {
        foreach (var item in _byId)
        {
            if (item?.Backing.Flush() is { IsSuccess: false } failed)
                return failed;
        }

        return NvmeStatus.Success;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var item in _byId)
            item?.Dispose();
    }
}
