namespace UserNvme.Queues;

/// <summary>An object that can be chained without another object around it.</summary>
/// <typeparam name="T">The object's own type.</typeparam>
internal interface ILinked<T>
    where T : class, ILinked<T>
{
    T? Next { get; set; }
}
