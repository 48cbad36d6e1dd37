using System.Diagnostics;
using System.Globalization;
using DirMail.Benchmarks;

// A large queue: dotnet run -c Release --project tests/Benchmarks/QueueScale start [RECIPIENTS] | fairness [MESSAGES]
// start: so many recipients (a million) of a thousand domains wait; how soon is the first attempt made by a fresh process, and in how much memory?
// fairness: one domain has so many messages (100,000) for a slow destination; how long does another domain's single message take?
string folder = Path.Combine(Path.GetTempPath(), "dirmail-queue-scale");
int count = args.Length > 1 && int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : args is ["fairness"] ? 100_000 : 1_000_000;
switch (args.FirstOrDefault())
{
    case "start":
        await Queued.FillAsync(folder, count, domains: 1000, recipientsEach: 10);
        // measured in a process of its own: nothing is left over from filling
        using (Process measured = Process.Start(Environment.ProcessPath!, ["measure", folder]))
            await measured.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);
        return 0;
    case "measure" when args.Length > 1:
        await StartUp.MeasureAsync(args[1]);
        return 0;
    case "fairness":
        await Queued.FillAsync(folder, count, domains: 1, recipientsEach: 1);
        bool isFair = await Fairness.MeasureAsync(folder);
        Directory.Delete(folder, recursive: true);
        return isFair ? 0 : 1;
    default:
        Console.Error.WriteLine("usage: QueueScale start [RECIPIENTS] | fairness [MESSAGES]");
        return 2;
}
