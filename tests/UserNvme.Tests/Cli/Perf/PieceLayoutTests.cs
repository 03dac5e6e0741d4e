using CsCheck;
using UserNvme.Cli.Perf;

namespace UserNvme.Tests.Cli.Perf;

public class PieceLayoutTests
{
    private const int Page = 4096;

    [Fact]
    public void Each_piece_begins_on_a_page_has_a_page_behind_it_and_all_of_it_fits() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 12]).Sample((blocks, unitPages) =>
        {
            var size = blocks * 512;
            var layout = new PieceLayout(size, unitPages * Page, Page);

            for (var position = 0; position < size; position += 512)
            {
                var piece = layout.IsOnePiece ? 0 : position / layout.Unit;
                Assert.Equal((piece * (layout.Unit + (layout.IsOnePiece ? 0 : Page))) + (position - (piece * layout.Unit)), layout.OffsetOf(position));
                Assert.True(layout.OffsetOf(position) + 512 <= layout.Bytes + Page);
            }

            Assert.True(layout.Bytes >= size);
            Assert.Equal(unitPages == 0 || unitPages * Page >= size, layout.IsOnePiece);
        });
}
