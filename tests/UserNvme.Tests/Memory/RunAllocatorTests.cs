using CsCheck;
using UserNvme.Memory;

namespace UserNvme.Tests.Memory;

public class RunAllocatorTests
{
    [Fact]
    public void What_it_hands_out_was_free_and_what_it_refuses_is_nowhere() =>
        Gen.Select(Gen.Int[1, 130], Gen.Select(Gen.Int[0, 2], Gen.Int[1, 40], Gen.Int[0, 4], Gen.Int[0, 1000]).Array[1, 150]).Sample((granules, steps) =>
        {
            var allocator = new RunAllocator(granules);
            var taken = new bool[granules];
            var held = new List<(int Start, int Count)>();

            foreach (var (action, count, shift, pick) in steps)
            {
                if (action == 0 && held.Count > 0)
                {
                    var (start, length) = held[pick % held.Count];
                    allocator.Give(start, length);
                    taken.AsSpan(start, length).Clear();
                    held.RemoveAt(pick % held.Count);
                }
                else if (allocator.Take(count, 1 << shift) is var start && start >= 0)
                {
                    Assert.Equal(0, start % (1 << shift));
                    Assert.False(taken.AsSpan(start, count).Contains(true));
                    taken.AsSpan(start, count).Fill(true);
                    held.Add((start, count));
                }
                else
                {
                    Assert.False(HasRoom(taken, count, 1 << shift));
                }

                Assert.Equal(taken.Count(t => !t), allocator.Free);
            }
        }, iter: 3000);

    private static bool HasRoom(bool[] taken, int count, int alignment)
    {
        for (var start = 0; start + count <= taken.Length; start += alignment)
            if (!taken.AsSpan(start, count).Contains(true)) return true;
        return false;
    }
}
