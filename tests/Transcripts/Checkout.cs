namespace DirMail.Transcripts;

/// <summary>Files of the checkout that the tests read: they lie above the folder the tests run in.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    public static string Transcripts => Path.Combine(Root, "tests", "Transcripts");

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DirMail.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException("DirMail.sln above " + AppContext.BaseDirectory);
    }
}
