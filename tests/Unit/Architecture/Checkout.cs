namespace DirMail.Unit.Architecture;

/// <summary>The files of the checkout that the gates read, by their path from its root with forward slashes.</summary>
internal static class Checkout
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Sources = new(ReadSources);

    public static string Root { get; } = FindRoot();

    /// <summary>Every hand-written C# file of src, path and text.</summary>
    public static IReadOnlyDictionary<string, string> Source => Sources.Value;

    /// <summary>Folder names below src: a project each.</summary>
    public static IEnumerable<string> Projects => Directory.GetDirectories(Path.Combine(Root, "src")).Select(folder => Path.GetFileName(folder)!).Order();

    public static string PathOf(string path) => Path.Combine(Root, path);

    public static string Text(string path) => File.ReadAllText(PathOf(path));

    public static bool Has(string path) => File.Exists(Path.Combine(Root, path)) || Directory.Exists(Path.Combine(Root, path));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "DirMail.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("DirMail.sln above " + AppContext.BaseDirectory);
    }

    private static Dictionary<string, string> ReadSources() => Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
        .ToDictionary(path => path, Text);
}
