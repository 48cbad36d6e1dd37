using System.CommandLine;
using DirMail.Admin;
using DirMail.Settings;

namespace DirMail.Verbs;

/// <summary>Options that every verb understands.</summary>
internal static class CommonOptions
{
    public static readonly Option<string?> Settings = new("--settings", "-s")
    {
        Description = "Settings file (default: $DIRMAIL_SETTINGS, ./dirmail.json, /etc/dirmail/dirmail.json, else built-in defaults)",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<string?> Data = new("--data")
    {
        Description = "Data folder, instead of the one in the settings",
        HelpName = "FOLDER",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print JSON for programs instead of a table" };

    /// <exception cref="SettingsException">When the settings cannot be used.</exception>
    public static ServerFile Load(ParseResult arguments)
    {
        ServerFile settings = ServerFile.Load(arguments.GetValue(Settings));
        return arguments.GetValue(Data) is { } folder ? settings.WithDataFolder(Path.GetFullPath(folder)) : settings;
    }

    public static ControlClient Control(ParseResult arguments) => new(Load(arguments).DataFolder);
}
