using UserNvme.Spec;

namespace UserNvme.Tests.Layering;

/// <summary>The reader that the architecture rests on sees every way in which code can use a type.</summary>
public class IlReferencesTests
{
    private static readonly IReadOnlyCollection<MemberReference> s_uses = IlReferences.Of(typeof(IlReferencesTests).Assembly.Location);

    [Theory]
    [InlineData(nameof(Sample.Parameter))]
    [InlineData(nameof(Sample.InBody))]
    [InlineData(nameof(Sample.InClosure))]
    [InlineData(nameof(Sample.AsTypeArgument))]
    [InlineData(nameof(Sample.Field))]
    public void A_use_is_seen(string member) =>
        Assert.Contains(s_uses, use => use.FromMember.Contains(member, StringComparison.Ordinal) && use.To == new TypeName("UserNvme.Spec", "Lba"));

    [Fact]
    public void A_member_that_uses_nothing_of_a_type_is_not_accused() =>
        Assert.DoesNotContain(s_uses, use => use.FromMember.Contains(nameof(Sample.Innocent), StringComparison.Ordinal) && use.To.Namespace == "UserNvme.Spec");

    [Fact]
    public void A_call_names_the_method_that_is_called() =>
        Assert.Contains(s_uses, use => use.FromMember == nameof(Sample.InBody) && use.To.Name == "Lba" && use.ToMember == "get_Value");

    private static class Sample
    {
        public static readonly Lba[] Field = [];

        public static void Parameter(in Lba lba) => _ = lba;

        public static ulong InBody() => new Lba(1).Value;

        public static Func<object> InClosure() => () => new Lba(1);

        public static bool AsTypeArgument() => Array.Empty<object>().OfType<Lba>().Any();

        public static int Innocent(int value) => value switch { 0 => 4, 1 => 7, 2 => 1, 3 => 9, _ => 2 };
    }
}
