using System.Reflection;

namespace UserNvme.Tests.Abi;

/// <summary>Compares a struct of ours with one of theirs: size, and offset and size of each field, in both directions.</summary>
internal static class StructComparison
{
    /// <param name="probe">Their side.</param>
    /// <param name="ours">Our struct.</param>
    /// <param name="theirs">The name of their struct.</param>
    /// <param name="renamed">Fields whose name is not just the other's in capital letters: ours to theirs.</param>
    /// <param name="absent">Fields of theirs that we do not have.</param>
    public static void AssertSame(
        AbiProbe probe, Type ours, string theirs, IReadOnlyDictionary<string, string>? renamed = null, params string[] absent)
    {
        var differences = new List<string>();
        var compared = new HashSet<string>(absent);
        Compare("size", StructLayout.SizeOf(ours), $"{theirs}.size");

        foreach (FieldInfo field in StructLayout.Fields(ours).Where(f => !f.Name.StartsWith("Reserved", StringComparison.Ordinal)))
        {
            string name = renamed?.GetValueOrDefault(field.Name) ?? StructLayout.SnakeCase(field.Name);
            compared.Add(name);
            Compare($"offset of {field.Name}", StructLayout.OffsetOf(field), $"{theirs}.{name}.offset");
            Compare($"size of {field.Name}", StructLayout.SizeOf(field.FieldType), $"{theirs}.{name}.size");
        }

        IEnumerable<string> forgotten = probe.Names
            .Where(line => line.StartsWith(theirs + ".", StringComparison.Ordinal) && line.EndsWith(".offset", StringComparison.Ordinal))
            .Select(line => line.Split('.')[1])
            .Where(field => !compared.Contains(field));
        differences.AddRange(forgotten.Select(field => $"{theirs}.{field} is missing in {ours.Name}"));
        Assert.Empty(differences);

        void Compare(string what, long mine, string line)
        {
            long other = probe.Number(line);
            if (mine != other)
                differences.Add($"{ours.Name}: {what} is {mine}, {line} is {other}");
        }
    }
}
