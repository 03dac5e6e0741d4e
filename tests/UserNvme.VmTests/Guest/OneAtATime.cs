using Xunit.Sdk;
using Xunit.v3;

// The tests bind, reset and unbind the same few controllers.
[assembly: Parallelization(Mode = ParallelMode.None)]
