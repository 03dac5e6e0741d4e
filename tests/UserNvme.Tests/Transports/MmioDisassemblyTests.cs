using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using UserNvme.Tests.Layering;
using UserNvme.Transports;

namespace UserNvme.Tests.Transports;

/// <summary>
/// Reads the machine code that the JIT makes of register accesses. It narrows even a volatile read whose result is masked, and a
/// controller may answer a narrow read with anything (NVMe Base 2.0, 3.1). The code is that of a child process in which every
/// method is optimised at once.
/// </summary>
public partial class MmioDisassemblyTests
{
    private const string ChildMarker = "USERNVME_TESTS_COMPILE_REGISTER_ACCESS";

    private static readonly Lazy<Dictionary<string, string>> s_code = new(Disassemble);

    [Fact]
    public void A_register_is_read_with_one_32_bit_load()
    {
        var accesses = MemoryAccess().Matches(CodeOf(typeof(Mmio), nameof(Mmio.Read32)));

        Assert.Equal(["mov eax, dword ptr [rdi]"], accesses.Select(Normalised));
    }

    [Fact]
    public void A_register_is_written_with_one_32_bit_store()
    {
        var accesses = MemoryAccess().Matches(CodeOf(typeof(Mmio), nameof(Mmio.Write32)));

        Assert.Equal(["mov dword ptr [rdi], esi"], accesses.Select(Normalised));
    }

    [Fact]
    public void Whoever_reads_a_register_calls_the_accessor_and_does_not_get_its_load_inlined()
    {
        var callers = Callers().ToList();

        Assert.NotEmpty(callers);
        Assert.All(callers, caller => Assert.Contains("call     [UserNvme.Transports.Mmio:Read32", CodeOf(caller.DeclaringType!, caller.Name), StringComparison.Ordinal));
    }

    [Fact]
    public void A_doorbell_is_rung_with_a_32_bit_store() =>
        Assert.Matches(@"mov\s+dword ptr \[\w+\], \w+", CodeOf(typeof(Doorbell), nameof(Doorbell.Write)));

    [Fact]
    public void The_same_read_without_the_accessor_is_narrowed_and_would_be_noticed() =>
        Assert.Matches(@"\bbyte +ptr \[", CodeOf(typeof(MmioDisassemblyTests), nameof(UnguardedRead)));

    // The child process is this assembly again: it has the JIT compile the methods of interest and ends before any test.
#pragma warning disable CA2255 // A test assembly has no user whom a module initializer could surprise.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void CompileWhatTouchesRegisters()
    {
        if (Environment.GetEnvironmentVariable(ChildMarker) is null) return;

        MethodBase[] methods =
        [
            typeof(Mmio).GetMethod(nameof(Mmio.Read32))!,
            typeof(Mmio).GetMethod(nameof(Mmio.Write32))!,
            typeof(Doorbell).GetMethod(nameof(Doorbell.Write))!,
            typeof(MmioDisassemblyTests).GetMethod(nameof(UnguardedRead), BindingFlags.NonPublic | BindingFlags.Static)!,
            .. Callers(),
        ];
        foreach (var method in methods) RuntimeHelpers.PrepareMethod(method.MethodHandle);
        Environment.Exit(0);
    }

    private static unsafe uint UnguardedRead(uint* register) => Volatile.Read(ref *register) & 0xFF;

    private static IEnumerable<MethodInfo> Callers() => IlReferences.Of(typeof(Mmio).Assembly.Location)
        .Where(use => use.To == new TypeName("UserNvme.Transports", "Mmio") && use.ToMember == nameof(Mmio.Read32))
        .SelectMany(use => typeof(Mmio).Assembly.GetType(use.From.ToString(), throwOnError: true)!
            .GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(method => method.Name == use.FromMember));

    private static string CodeOf(Type type, string method) => s_code.Value[$"{type.FullName}:{method}"];

    private static string Normalised(Match access) => Spaces().Replace(access.Value.Trim(), " ");

    private static Dictionary<string, string> Disassemble()
    {
        var listing = Path.GetTempFileName();
        try
        {
            var child = new ProcessStartInfo(DotnetHost(), ["exec", typeof(MmioDisassemblyTests).Assembly.Location])
            {
                RedirectStandardOutput = true,
                Environment =
                {
                    ["DOTNET_JitStdOutFile"] = listing,
                    ["DOTNET_JitDisasm"] = string.Join(' ', Callers().Select(caller => caller.DeclaringType!).Append(typeof(Mmio)).Append(typeof(Doorbell)).Append(typeof(MmioDisassemblyTests)).Distinct().Select(type => $"{type.FullName}:*")),
                    ["DOTNET_TieredCompilation"] = "0",
                    [ChildMarker] = "1",
                },
            };
            using var process = Process.Start(child)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, output);
            return Listings().Split(File.ReadAllText(listing)).Skip(1).Chunk(2).ToDictionary(part => part[0], part => part[1]);
        }
        finally
        {
            File.Delete(listing);
        }
    }

    private static string DotnetHost() =>
        Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    // "; Assembly listing for method UserNvme.Transports.Mmio:Read32(uint):uint (FullOpts)"
    [GeneratedRegex(@"^; Assembly listing for method (\S+?:\S+?)[\[(].*$", RegexOptions.Multiline)]
    private static partial Regex Listings();

    // Instructions with a memory operand, the stack left out.
    [GeneratedRegex(@"^ +\w+ +.*ptr \[(?!rsp|rbp).*$", RegexOptions.Multiline)]
    private static partial Regex MemoryAccess();

    [GeneratedRegex(@" +")]
    private static partial Regex Spaces();
}
