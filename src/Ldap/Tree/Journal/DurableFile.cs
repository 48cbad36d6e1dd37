using System.Runtime.InteropServices;

namespace DirMail.Ldap.Tree.Journal;

/// <summary>Files that survive a power loss: written beside, synced, renamed, and the folder synced after. Mode 0600.</summary>
internal static class DurableFile
{
    private const int ReadOnlyFolder = 0x10000;

    public static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        Share = FileShare.Read,
        Options = FileOptions.Asynchronous,
        UnixCreateMode = OperatingSystem.IsWindows() ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    /// <summary>Replaces the file whole: after a crash it is the old or the new one.</summary>
    public static async Task ReplaceAsync(string path, Func<TextWriter, Task> write, CancellationToken cancellationToken)
    {
        string beside = path + ".new";
        FileStream stream = Create(beside);
        await using (stream)
        {
            var writer = new StreamWriter(stream, bufferSize: 64 * 1024, leaveOpen: true);
            await using (writer)
                await write(writer);
            await stream.FlushAsync(cancellationToken);
            stream.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes renames in the folder last. .NET opens no folders, hence the system calls.</summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        int handle = OpenNative(folder, OperatingSystem.IsLinux() ? ReadOnlyFolder : 0);
        if (handle < 0)
            throw new IOException($"cannot open {folder} to sync it: error {Marshal.GetLastPInvokeError()}");
        int result = SyncNative(handle);
        int error = Marshal.GetLastPInvokeError();
        _ = CloseNative(handle);
        if (result != 0)
            throw new IOException($"cannot sync {folder}: error {error}");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int OpenNative([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int SyncNative(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int CloseNative(int handle);
}
