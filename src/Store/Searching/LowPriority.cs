using System.Runtime.InteropServices;

namespace DirMail.Store.Searching;

/// <summary>Lets the calling thread have about a tenth of what others get, while they want to run.</summary>
internal static partial class LowPriority
{
    private const int OfAThread = 0, Myself = 0, Low = 10;

    /// <summary>For good. A system that refuses it costs speed, nothing else.</summary>
    public static void Take() => _ = SetPriority(OfAThread, Myself, Low);

    // .NET's own thread priorities do nothing on Linux
    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
