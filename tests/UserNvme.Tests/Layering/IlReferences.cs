using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace UserNvme.Tests.Layering;

/// <summary>Reads from a compiled assembly which member uses which type and member: base types, signatures, attributes and method bodies.</summary>
internal sealed class IlReferences
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly SignatureTypes _types = new();
    private readonly HashSet<MemberReference> _found = [];

    private IlReferences(PEReader file)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
    }

    /// <summary>All uses in the assembly of this path, a type's uses of itself left out.</summary>
    public static IReadOnlyCollection<MemberReference> Of(string assemblyPath)
    {
        using var file = new PEReader(File.OpenRead(assemblyPath));
        var reader = new IlReferences(file);
        foreach (var handle in reader._metadata.TypeDefinitions) reader.ReadType(handle);
        return reader._found;
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        var from = SignatureTypes.Name(_metadata, handle);
        Add(from, "", type.BaseType);
        foreach (var implementation in type.GetInterfaceImplementations()) Add(from, "", _metadata.GetInterfaceImplementation(implementation).Interface);
        ReadConstraints(from, "", type.GetGenericParameters());
        ReadAttributes(from, "", type.GetCustomAttributes());
        foreach (var fieldHandle in type.GetFields())
        {
            var field = _metadata.GetFieldDefinition(fieldHandle);
            Add(from, Text(field.Name), field.DecodeSignature(_types, null));
            ReadAttributes(from, Text(field.Name), field.GetCustomAttributes());
        }
        foreach (var method in type.GetMethods()) ReadMethod(from, _metadata.GetMethodDefinition(method));
    }

    private void ReadMethod(TypeName from, MethodDefinition method)
    {
        var member = Text(method.Name);
        Add(from, member, Flatten(method.DecodeSignature(_types, null)));
        ReadConstraints(from, member, method.GetGenericParameters());
        ReadAttributes(from, member, method.GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0) return;

        var body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil) Add(from, member, [.. _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_types, null).SelectMany(local => local)]);
        foreach (var region in body.ExceptionRegions) Add(from, member, region.CatchType);
        foreach (var token in IlOperands.Tokens(body.GetILReader())) Add(from, member, token);
    }

    private void ReadConstraints(TypeName from, string member, GenericParameterHandleCollection parameters)
    {
        foreach (var parameter in parameters)
        {
            foreach (var constraint in _metadata.GetGenericParameter(parameter).GetConstraints()) Add(from, member, _metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private void ReadAttributes(TypeName from, string member, CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes) Add(from, member, _metadata.GetCustomAttribute(attribute).Constructor);
    }

    private void Add(TypeName from, string member, EntityHandle to)
    {
        if (to.IsNil) return;
        switch (to.Kind)
        {
            case HandleKind.TypeDefinition:
                Add(from, member, _types.GetTypeFromDefinition(_metadata, (TypeDefinitionHandle)to, 0));
                break;
            case HandleKind.TypeReference:
                Add(from, member, _types.GetTypeFromReference(_metadata, (TypeReferenceHandle)to, 0));
                break;
            case HandleKind.TypeSpecification:
                Add(from, member, _types.GetTypeFromSpecification(_metadata, null, (TypeSpecificationHandle)to, 0));
                break;
            case HandleKind.MethodDefinition:
                var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)to);
                Add(from, member, [SignatureTypes.Name(_metadata, method.GetDeclaringType())], Text(method.Name));
                break;
            case HandleKind.FieldDefinition:
                var field = _metadata.GetFieldDefinition((FieldDefinitionHandle)to);
                Add(from, member, [SignatureTypes.Name(_metadata, field.GetDeclaringType())], Text(field.Name));
                break;
            case HandleKind.MethodSpecification:
                var instance = _metadata.GetMethodSpecification((MethodSpecificationHandle)to);
                Add(from, member, instance.Method);
                Add(from, member, [.. instance.DecodeSignature(_types, null).SelectMany(argument => argument)]);
                break;
            case HandleKind.MemberReference:
                AddMember(from, member, _metadata.GetMemberReference((MemberReferenceHandle)to));
                break;
            default:
                throw new BadImageFormatException($"{from}.{member} names a token of kind {to.Kind}.");
        }
    }

    private void AddMember(TypeName from, string member, System.Reflection.Metadata.MemberReference to)
    {
        ImmutableArray<TypeName> parent = to.Parent.Kind switch
        {
            HandleKind.TypeDefinition => _types.GetTypeFromDefinition(_metadata, (TypeDefinitionHandle)to.Parent, 0),
            HandleKind.TypeReference => _types.GetTypeFromReference(_metadata, (TypeReferenceHandle)to.Parent, 0),
            HandleKind.TypeSpecification => _types.GetTypeFromSpecification(_metadata, null, (TypeSpecificationHandle)to.Parent, 0),
            _ => [],
        };
        Add(from, member, parent, Text(to.Name));
        Add(from, member, to.GetKind() == MemberReferenceKind.Method ? Flatten(to.DecodeMethodSignature(_types, null)) : to.DecodeFieldSignature(_types, null));
    }

    // Of a generic parent, the member belongs to the first type; the others are its arguments.
    private void Add(TypeName from, string member, ImmutableArray<TypeName> to, string toMember = "")
    {
        for (var i = 0; i < to.Length; i++)
        {
            if (to[i] != from) _found.Add(new MemberReference(from, member, to[i], i == 0 ? toMember : ""));
        }
    }

    private static ImmutableArray<TypeName> Flatten(MethodSignature<ImmutableArray<TypeName>> signature) =>
        [.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(parameter => parameter)];

    private string Text(StringHandle handle) => _metadata.GetString(handle);
}
