namespace UserNvme.Cli.Perf;

/// <summary>
/// Places whose k-th most frequent one has a share proportional to k^-theta, exactly, by rejection from the inverse of the integral (W. Hörmann,
/// G. Derflinger: "Rejection-inversion to generate variates from monotone discrete distributions", 1996). No table, so any size and any
/// exponent above 0 does. The frequent places lie scattered, not at the beginning of the namespace.
/// </summary>
internal sealed class ZipfDistribution
{
    private const double Epsilon = 1e-8;

    private readonly ulong _count;
    private readonly double _theta;
    private readonly double _first;
    private readonly double _last;
    private readonly double _shortcut;
    private readonly ulong _stride;

    /// <param name="count">How many places there are, 1 or more.</param>
    /// <param name="theta">The exponent, above 0.</param>
    public ZipfDistribution(ulong count, double theta)
    {
        _count = count;
        _theta = theta;
        _first = Integral(1.5) - 1;
        _last = Integral(count + 0.5);
        _shortcut = 2 - Inverse(Integral(2.5) - Weight(2));
        _stride = CoprimeNear(count, 0.6180339887498949);
    }

    /// <summary>The rank of the next transfer's place: 0 is the most frequent one.</summary>
    public ulong NextRank(ref OffsetSequence random)
    {
        while (true)
        {
            var u = _last + (random.NextFraction() * (_first - _last));
            var x = Inverse(u);
            var k = Math.Clamp(Math.Floor(x + 0.5), 1, _count);
            if (k - x <= _shortcut || u >= Integral(k + 0.5) - Weight(k))
                return Math.Min((ulong)k, _count) - 1;
        }
    }

    /// <summary>The place of a rank: each place has one rank.</summary>
    public ulong PlaceOf(ulong rank) => (ulong)((UInt128)rank * _stride % _count);

    private double Weight(double x) => Math.Exp(-_theta * Math.Log(x));

    // The integral of x^-theta, (x^(1-theta) - 1) / (1-theta), which is log x for theta 1.
    private double Integral(double x)
    {
        var log = Math.Log(x);
        return ExpLess1Over((1 - _theta) * log) * log;
    }

    private double Inverse(double y)
    {
        // Rounding must not take this below where the integral ends.
        var t = Math.Max(y * (1 - _theta), -1);
        return Math.Exp(LogPlus1Over(t) * y);
    }

    // (e^x - 1) / x and log(1 + x) / x, which go to 1 at 0.
    private static double ExpLess1Over(double x) => Math.Abs(x) > Epsilon ? (Math.Exp(x) - 1) / x : 1 + (x / 2);

    private static double LogPlus1Over(double x) => Math.Abs(x) > Epsilon ? Math.Log(1 + x) / x : 1 - (x / 2);

    private static ulong CoprimeNear(ulong count, double share)
    {
        var candidate = Math.Max(1, (ulong)(count * share));
        while (Gcd(candidate, count) != 1)
            candidate++;
        return candidate;
    }

    private static ulong Gcd(ulong a, ulong b) => b == 0 ? a : Gcd(b, a % b);
}
