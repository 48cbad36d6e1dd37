using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace DirMail.Unit.Architecture;

/// <summary>What operators watch: every log line has an id of its own, every instrument says what it counts.</summary>
public sealed class TelemetryTests
{
    private static readonly (string Assembly, int FirstEvent, bool Measures)[] Rooms =
    [
        ("DirMail.Mail", 0, false), ("DirMail.Ldap", 100, true), ("DirMail.Store", 200, true), ("DirMail.Wire", 300, true), ("DirMail.Routing", 400, true),
        ("DirMail.Transfer", 500, true), ("DirMail.Channels", 600, true), ("DirMail.Servers", 700, true), ("DirMail.Admin", 800, true), ("DirMail", 900, false),
    ];

    public static IEnumerable<object[]> Blocks => Rooms.Select(room => new object[] { room.Assembly, room.FirstEvent });

    public static IEnumerable<object[]> Measuring => Rooms.Where(room => room.Measures).Select(room => new object[] { room.Assembly });

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Event_ids_are_unique_and_of_the_project_s_block(string assembly, int first)
    {
        int[] ids = [.. Assembly.Load(assembly).GetTypes().SelectMany(EventIds)];
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(ids, id => Assert.InRange(id, first, first + 99));
    }

    [Theory]
    [MemberData(nameof(Measuring))]
    public void Instruments_have_a_unit_and_a_description(string assembly)
    {
        Assert.True(Checkout.Has($"src/{assembly.Split('.')[1]}/Metrics.cs"));
        IReadOnlyList<Instrument> instruments = InstrumentsOf(assembly);
        Assert.NotEmpty(instruments);
        Assert.All(instruments, instrument =>
        {
            Assert.StartsWith("dirmail.", instrument.Name);
            Assert.False(string.IsNullOrEmpty(instrument.Unit), instrument.Name + " has no unit");
            Assert.False(string.IsNullOrEmpty(instrument.Description), instrument.Name + " has no description");
        });
    }

    private static IEnumerable<int> EventIds(Type type) => type
        .GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .SelectMany(method => method.GetCustomAttributes<LoggerMessageAttribute>())
        .Select(message => message.EventId);

    private static List<Instrument> InstrumentsOf(string assembly)
    {
        foreach (Type type in Assembly.Load(assembly).GetTypes().Where(type => type.Name.EndsWith("Metrics", StringComparison.Ordinal)))
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        List<Instrument> instruments = [];
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => instruments.Add(instrument) };
        listener.Start();
        return [.. instruments.Where(instrument => instrument.Meter.Name == assembly)];
    }
}
