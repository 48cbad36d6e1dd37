namespace DirMail.Serve;

/// <summary>The server's data folder, held exclusively: one server, or one verb that opens the store itself, at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(FileStream held) => _lock = held;

    /// <exception cref="IOException">Another process holds it, or it cannot be made; the message says which folder and what to do.</exception>
    public static DataFolder Hold(string path)
    {
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new(new FileStream(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException)
        {
            throw new IOException($"the data folder {path} is not ours to write (setting dataFolder)");
        }
        catch (IOException) when (File.Exists(Path.Combine(path, "lock")))
        {
            throw new IOException($"the data folder {path} is in use by another dirmail process: stop that one, or give another folder (setting dataFolder)");
        }
    }

    public void Dispose() => _lock.Dispose();
}
