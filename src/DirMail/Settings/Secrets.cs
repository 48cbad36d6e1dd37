using System.Security.Cryptography;
using DirMail.Routing;

namespace DirMail.Settings;

/// <summary>What the server made for itself, passwords of its embedded directory and keys: a file each in the data folder, mode 0600, one line.</summary>
internal sealed class Secrets(string dataFolder)
{
    public const string Service = "dirmail";
    public const string SiteAdministrator = "siteadmin";

    private readonly string _folder = Path.Combine(dataFolder, "secrets");

    public static string SiteAdministratorDn(string baseDn) => $"uid={SiteAdministrator},ou=Services,{baseDn}";

    /// <summary>120 random bits in 24 letters and digits that are easy to type.</summary>
    public static string Make() => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789-", 24);

    /// <summary>The settings with the service account's password: from the settings, a file they name, or what the server made for its embedded directory; none when all fail.</summary>
    public DirectorySettings WithServicePassword(DirectorySettings directory)
    {
        if (directory.BindPassword.Length > 0 || directory.BindPasswordFile.Length > 0)
            return directory;
        return directory with { BindPassword = Read(Service) ?? "" };
    }

    /// <summary>Null when there is none or it is not ours to read.</summary>
    public string? Read(string name)
    {
        try
        {
            return File.ReadLines(Path.Combine(_folder, name)).FirstOrDefault();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>There is the old one or the new one, whatever happens.</summary>
    public void Write(string name, string secret)
    {
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string path = Path.Combine(_folder, name), beside = path + ".new";
        using (FileStream file = new(beside, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(secret + "\n"));
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }
}
