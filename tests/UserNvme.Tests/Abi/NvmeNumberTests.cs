using System.Globalization;
using System.Reflection;
using UserNvme.Spec;

namespace UserNvme.Tests.Abi;

/// <summary>Our numbers of the NVMe specification, and the words for status codes, against libnvme's.</summary>
public class NvmeNumberTests(AbiProbe probe) : IClassFixture<AbiProbe>
{
    private static readonly string[] s_prefixes = ["nvme_admin_", "nvme_cmd_", "NVME_IDENTIFY_CNS_", "NVME_LOG_LID_", "NVME_FEAT_FID_"];

    [Fact]
    public void Opcodes_and_identifiers_are_libnvmes()
    {
        var theirs = NvmeNames.Ours.Keys.ToDictionary(name => name, name => (int)probe.Number(name));

        Assert.Equal(theirs, NvmeNames.Ours);
    }

    [Fact]
    public void No_opcode_or_identifier_of_libnvme_is_forgotten()
    {
        IEnumerable<string> theirs = probe.Names.Where(name => s_prefixes.Any(p => name.StartsWith(p, StringComparison.Ordinal)));

        Assert.Equal(theirs.Order(), NvmeNames.Ours.Keys.Concat(NvmeNames.NotOurs).Order());
    }

    [Fact]
    public void Registers_lie_where_libnvme_has_them()
    {
        Dictionary<string, long> ours = typeof(ControllerRegisters)
            .GetFields(BindingFlags.Static | BindingFlags.Public)
            .Where(field => field.FieldType == typeof(int))
            .ToDictionary(
                field => "NVME_REG_" + field.Name.ToUpperInvariant(),
                field => Convert.ToInt64(field.GetValue(null), CultureInfo.InvariantCulture));

        string[] theirs = [.. probe.Names.Where(name => name.StartsWith("NVME_REG_", StringComparison.Ordinal))];

        Assert.Equal(25, theirs.Length);
        Assert.All(theirs, name => Assert.Equal(probe.Number(name), ours[name]));
    }

    [Fact]
    public void Status_codes_have_the_names_that_libnvme_gives_them()
    {
        // The text is "Name: explanation"; codes of fabrics and of discovery have no name there.
        var theirs = probe.Names
            .Where(line => line.StartsWith("status.", StringComparison.Ordinal))
            .Where(line => probe.Text(line).Contains(": ", StringComparison.Ordinal))
            .Select(line => (Code: Code(line), Name: probe.Text(line).Split(": ")[0]))
            .Where(status => !s_reservedSince.Contains(status.Code))
            .ToArray();

        Assert.True(theirs.Length > 90);
        Assert.All(theirs, status => Assert.Equal(status.Name, StatusText.Name(status.Code), ignoreCase: true));
    }

    [Fact]
    public void Every_status_code_of_ours_is_known_to_libnvme()
    {
        HashSet<StatusCode> theirs = [.. probe.Names.Where(line => line.StartsWith("status.", StringComparison.Ordinal)).Select(Code)];

        Assert.All(Enum.GetValues<StatusCode>(), code => Assert.Contains(code, theirs));
    }

    // Abort Command Is Missing (1.04h) went out of the specification; ZRWA (1.B6h, 1.B7h) is not part of version 1.0 of the zoned command
    // set.
    private static readonly HashSet<StatusCode> s_reservedSince = [(StatusCode)0x104, (StatusCode)0x1B6, (StatusCode)0x1B7];

    private static StatusCode Code(string line)
    {
        string[] parts = line.Split('.');
        return (StatusCode)((int.Parse(parts[1], CultureInfo.InvariantCulture) << 8) | int.Parse(parts[2], CultureInfo.InvariantCulture));
    }
}
