using System.Globalization;
using DirMail.Benchmarks;

// What the routing table costs at any size:
//   dotnet run -c Release --project tests/Benchmarks/DirectoryScale -- MODE [--domains 10000] [--users 1000000] [--rounds 3]
// snapshot and openldap as the server is compiled (docs/decisions/0008-precompiled-code.md):
//   dotnet publish tests/Benchmarks/DirectoryScale -c Release -o FOLDER && FOLDER/DirMail.DirectoryScale MODE
string mode = args.Length > 0 ? args[0] : "";
var directory = new SyntheticDirectory(Option("--domains", 10_000), Option("--users", 1_000_000));
int rounds = Option("--rounds", 3);
switch (mode)
{
    case "memory": Memory.Run(directory, rounds); return 0;
    case "resolve": Resolving.Run(directory); return 0;
    case "apply": Applying.Run(directory, rounds); return 0;
    case "snapshot": Restart.Run(directory, rounds); return 0;
    case "decode": await Decoding.RunAsync(directory, rounds, args.Contains("--slapd")); return 0;
    case "openldap": return await OpenLdap.RunAsync(directory, rounds, args.Contains("--with-acl"));
    default:
        Console.Error.WriteLine("""
            modes: memory    managed heap of a table, and the time to build it
                   resolve   one recipient resolved (BenchmarkDotNet)
                   apply     one change applied: a pushed user, a small and a large domain toggled
                   openldap  a first load from a real slapd, filled by slapadd (--with-acl: as the service account under ldif/acl.ldif; else as the root DN)
                   decode    the LDAP client alone: recorded answers decoded from memory (--slapd: also sent by a real one); best with --domains 1000 --users 100000
                   snapshot  a restart from the cache on disk
            options: --domains N --users N --rounds N
            """);
        return 2;
}

int Option(string name, int usual)
{
    int at = Array.IndexOf(args, name);
    return at < 0 || at + 1 >= args.Length ? usual : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
}
