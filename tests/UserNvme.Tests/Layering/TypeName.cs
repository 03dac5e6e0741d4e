namespace UserNvme.Tests.Layering;

/// <summary>A type by its namespace and its name; a nested type counts as part of the type around it.</summary>
internal readonly record struct TypeName(string Namespace, string Name)
{
    public override string ToString() => Namespace.Length > 0 ? $"{Namespace}.{Name}" : Name;
}
