using System.Globalization;
using UserNvme.Interop;

namespace UserNvme.Tests.Interop;

public class ResourceLimitTests
{
    [Fact]
    public void The_memlock_limit_is_the_one_that_proc_shows()
    {
        var line = File.ReadLines("/proc/self/limits").Single(l => l.StartsWith("Max locked memory", StringComparison.Ordinal));
        var soft = line["Max locked memory".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];

        Assert.Equal(soft == "unlimited" ? ulong.MaxValue : ulong.Parse(soft, CultureInfo.InvariantCulture), ResourceLimit.Memlock);
    }
}
