using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;

namespace UserNvme.Tests.Abi;

/// <summary>The layout that the runtime really gives a struct, by address arithmetic and not by attributes.</summary>
internal static partial class StructLayout
{
    public static FieldInfo[] Fields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    public static long SizeOf(Type type)
    {
        var method = new DynamicMethod("SizeOf", typeof(int), [], typeof(StructLayout).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Sizeof, type);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<int>>()();
    }

    public static long OffsetOf(FieldInfo field)
    {
        var method = new DynamicMethod("OffsetOf", typeof(long), [], typeof(StructLayout).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.DeclareLocal(field.DeclaringType!);
        il.Emit(OpCodes.Ldloca_S, (byte)0);
        il.Emit(OpCodes.Ldflda, field);
        il.Emit(OpCodes.Conv_I8);
        il.Emit(OpCodes.Ldloca_S, (byte)0);
        il.Emit(OpCodes.Conv_I8);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<long>>()();
    }

    /// <summary>"IovaPgsizes" as C writes it: "iova_pgsizes".</summary>
    public static string SnakeCase(string name) => WordStart().Replace(name, "_").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex WordStart();
}
