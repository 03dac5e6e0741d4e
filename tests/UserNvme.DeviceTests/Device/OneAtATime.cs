using Xunit.Sdk;
using Xunit.v3;

// There is one device, and one driver at a time can have it.
[assembly: Parallelization(Mode = ParallelMode.None)]
