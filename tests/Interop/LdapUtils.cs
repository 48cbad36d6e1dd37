using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>The tools of Debian's ldap-utils, as somebody.</summary>
internal sealed class LdapUtils(string url)
{
    public Task<Printed> RunAsync(string tool, DemoUser who, IEnumerable<string> arguments, string input = "") =>
        Program.RunAsync(tool, ["-x", "-H", url, "-D", who.Dn, "-w", who.Password, .. arguments], input);

    /// <summary>Runs it and fails the test with its own words when it does not exit with 0.</summary>
    public async Task<string> DoAsync(string tool, DemoUser who, IEnumerable<string> arguments, string input = "")
    {
        Printed printed = await RunAsync(tool, who, arguments, input);
        Assert.True(printed.ExitCode == 0, $"{tool}: {printed.ExitCode}: {printed.All}");
        return printed.Output;
    }

    public Task SetDomainStatusAsync(DemoUser who, string domain, string status) => DoAsync("ldapmodify", who, [], $"""
        dn: o={domain},o=hosting
        changetype: modify
        replace: mailDomainStatus
        mailDomainStatus: {status}

        """);

    /// <summary>LDIF of the entries found, lines not folded; below o=hosting when nothing else is said.</summary>
    public Task<string> SearchAsync(DemoUser who, string filter, IEnumerable<string>? options = null, params string[] attributes) =>
        DoAsync("ldapsearch", who, ["-LLL", "-o", "ldif-wrap=no", .. options ?? [], .. options?.Contains("-b") == true ? (string[])[] : ["-b", "o=hosting"], filter, .. attributes]);

    public static int Entries(string ldif) => ldif.Split('\n').Count(line => line.StartsWith("dn:", StringComparison.Ordinal));
}
