using System.Text.Json;

namespace UserNvme.Tests.Golden;

/// <summary>The captured files, see README.md here.</summary>
internal static class GoldenFile
{
    public static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    public static string Text(string name) => File.ReadAllText(PathOf(name));

    public static JsonElement Json(string name) => JsonElement.Parse(Bytes(name));

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);
}
