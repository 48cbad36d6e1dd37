using System.Runtime.InteropServices;

namespace DirMail.Admin;

internal static partial class Native
{
    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();
}
