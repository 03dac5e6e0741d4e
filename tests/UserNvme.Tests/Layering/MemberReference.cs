namespace UserNvme.Tests.Layering;

/// <summary>One use of a type or member by a member of an assembly. A use of a type as such has an empty member name.</summary>
internal readonly record struct MemberReference(TypeName From, string FromMember, TypeName To, string ToMember)
{
    public override string ToString() => $"{From}.{FromMember} uses {To}{(ToMember.Length > 0 ? "." + ToMember : "")}";
}
