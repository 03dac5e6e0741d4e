// The usernvme tool's entry point.
return 0;
