using System.Globalization;
using DirMail.Benchmarks;

// The embedded directory under load: dotnet run -c Release --project tests/Benchmarks/Logins [logins [USERS [SECONDS]] | entries [ENTRIES]]
string what = args.Length > 0 ? args[0] : "logins";
int first = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 0;
int second = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 0;
switch (what)
{
    case "logins":
        await LoginRates.RunAsync(first > 0 ? first : 200, TimeSpan.FromSeconds(second > 0 ? second : 5));
        break;
    case "entries":
        await EntryRates.RunAsync(first > 0 ? first : 20_000);
        break;
    default:
        Console.Error.WriteLine($"'{what}' is neither logins nor entries");
        return 1;
}
return 0;
