using System.Globalization;
using Xunit;

namespace DirMail.Interop;

/// <summary>What schema/ and ldif/ hold for directory administrators loads into a fresh server, by the commands that docs/schema.md gives.</summary>
public sealed class DirectoryFilesTests
{
    [Fact]
    public async Task Overlays_and_indexes_come_into_a_running_OpenLDAP_and_the_rules_hold()
    {
        await using Slapd slapd = await Slapd.StartWithAsync("ldif/overlays.ldif", "ldif/indexes.ldif");
        await using Slapd complete = await Slapd.StartAsync();
        Assert.Equal(await SettingsAsync(complete), await SettingsAsync(slapd));
        Printed rules = await Program.RunAsync("bash", [Program.File("tests/Interop/access-rules.sh"), slapd.Port.ToString(CultureInfo.InvariantCulture)]);
        Assert.EndsWith("66 checks, 0 failed\n", rules.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slapd_conf_takes_the_schema()
    {
        string folder = Directory.CreateTempSubdirectory("dirmail-slapdconf-").FullName;
        try
        {
            string[] schemas = [.. ((string[])["core", "cosine", "inetorgperson"]).Select(s => $"include /etc/ldap/schema/{s}.schema"), $"include {Program.File("schema/dirmail.schema")}"];
            string[] database = ["modulepath /usr/lib/ldap", "moduleload back_mdb", "database mdb", "suffix o=hosting", $"directory {folder}"];
            await File.WriteAllLinesAsync(Path.Combine(folder, "slapd.conf"), [.. schemas, .. database]);
            Printed tested = await Program.RunAsync("/usr/sbin/slaptest", ["-u", "-f", Path.Combine(folder, "slapd.conf")]);
            Assert.True(tested.ExitCode == 0, tested.All);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Indexes and overlays, each line of them, sorted; the session log's length is the site's.</summary>
    private static async Task<string> SettingsAsync(Slapd slapd)
    {
        string[] lines = (await slapd.ConfigurationAsync("(|(olcSuffix=o=hosting)(objectClass=olcOverlayConfig))", "olcDbIndex", "olcSpCheckpoint", "olcUniqueURI", "olcConstraintAttribute")).Split('\n');
        return string.Join('\n', lines.Where(l => l.StartsWith("olc", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }
}
