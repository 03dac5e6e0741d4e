using System.Text.Json;

namespace UserNvme.VmTests.Identify;

/// <summary>Compares two JSON documents field by field: names, types and values; the order of fields says nothing.</summary>
internal static class JsonDifferences
{
    public static IEnumerable<string> Between(string expected, string actual)
    {
        using var left = JsonDocument.Parse(expected);
        using var right = JsonDocument.Parse(actual);
        return Between("", left.RootElement, right.RootElement).ToList();
    }

    private static IEnumerable<string> Between(string path, JsonElement? expected, JsonElement? actual) => (expected, actual) switch
    {
        ({ ValueKind: JsonValueKind.Object } left, { ValueKind: JsonValueKind.Object } right) =>
            Names(left).Union(Names(right)).SelectMany(name => Between($"{path}.{name}", Field(left, name), Field(right, name))),
        ({ ValueKind: JsonValueKind.Array } left, { ValueKind: JsonValueKind.Array } right) =>
            Enumerable.Range(0, Math.Max(left.GetArrayLength(), right.GetArrayLength())).SelectMany(i => Between($"{path}[{i}]", Item(left, i), Item(right, i))),
        ({ } left, { } right) when left.ValueKind == right.ValueKind && left.GetRawText() == right.GetRawText() => [],
        _ => [$"{path}: expected {expected?.GetRawText() ?? "nothing"}, found {actual?.GetRawText() ?? "nothing"}"],
    };

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(field => field.Name);

    private static JsonElement? Field(JsonElement element, string name) => element.TryGetProperty(name, out var field) ? field : null;

    private static JsonElement? Item(JsonElement element, int index) => index < element.GetArrayLength() ? element[index] : null;
}
