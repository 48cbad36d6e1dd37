using System.Globalization;

namespace DirMail.Routing.Cache;

/// <summary>The cache's folder, mode 0700, and the names of its files: one a number.</summary>
internal sealed class CacheFolder(string path)
{
    private const string Prefix = "entries.";
    private const string Unfinished = ".new";

    public string Path => path;

    public void Make() => Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public string File(int number) => System.IO.Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:d6}"));

    public string UnfinishedFile(int number) => File(number) + Unfinished;

    /// <summary>Ascending.</summary>
    public IReadOnlyList<int> Numbers() => !Directory.Exists(path) ? [] :
    [
        .. Directory.EnumerateFiles(path, Prefix + "*")
            .Select(f => int.TryParse(System.IO.Path.GetFileName(f).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)
            .Where(n => n >= 0).Order(),
    ];

    /// <summary>Removes all files of the cache but these.</summary>
    public void KeepOnly(Func<int, bool> keep)
    {
        foreach (int number in Numbers())
            if (!keep(number))
                System.IO.File.Delete(File(number));
        foreach (string unfinished in Directory.Exists(path) ? Directory.GetFiles(path, Prefix + "*" + Unfinished) : [])
            System.IO.File.Delete(unfinished);
    }

    public long Octets() => Numbers().Select(n => new FileInfo(File(n))).Where(f => f.Exists).Sum(f => f.Length);
}
