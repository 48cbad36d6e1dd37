using System.Buffers;
using DirMail.Ldap;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Ldif;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Ldap;

/// <summary>Whatever comes in, no reader throws, hangs, or takes more memory than a multiple of what came.</summary>
public class HostileInputTests
{
    /// <summary>Octets of memory for each octet that came in, and for nothing at all.</summary>
    private const int Multiple = 512, Least = 16 * 1024;

    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(1000);
    private static readonly Gen<byte> Octet = ArbMap.Default.GeneratorFor<byte>();
    private static readonly Gen<byte[]> Random = Octet.ArrayOf();

    /// <summary>Octets that are nearly right: every reader gets further with them than with random ones.</summary>
    private static readonly Gen<byte[]> NearlyMessages = MessageSamples.Message.Select(LdapCodec.Write).SelectMany(Spoilt);

    private static readonly Gen<byte[]> NearlyValues = MessageSamples.Value.Select(control => control.Value ?? []).SelectMany(Spoilt);

    [Fact]
    public void Octets_to_messages() => Prop.ForAll(Gen.OneOf(Random, Framed(Random), NearlyMessages).ToArbitrary(), Message).Check(Many);

    [Fact]
    public void Octets_to_the_values_of_controls() => Prop.ForAll(Gen.OneOf(Random, Framed(Random), NearlyValues).ToArbitrary(), Value).Check(Many);

    /// <summary>What is cheap to send and might be dear to keep or to walk: many small things, deep ones, and lengths that lie.</summary>
    [Fact]
    public void Octets_made_to_cost_much()
    {
        foreach (byte[] element in new byte[][] { [4, 0], [4, 1, 0], [0x30, 0], [0x30, 2, 4, 0], [0x30, 4, 4, 0, 0x31, 0], [0x87, 0], [0xa3, 4, 4, 0, 4, 0], [0x0a, 1, 1] })
            foreach (byte tag in new byte[] { 0x30, 0x60, 0x61, 0x63, 0x64, 0x65, 0x66, 0x68, 0x73, 0x77, 0x78, 0x79, 0xa0, 0xa1, 0xa3 })
            {
                byte[] inner = Wrap(tag, [4, 0, .. Wrap(0x30, Repeat(element, 20_000))]);
                Message(Wrap(0x30, [2, 1, 1, .. inner]));
                Message(Wrap(0x30, [2, 1, 1, .. Wrap(tag, Repeat(element, 20_000))]));
                Value(inner);
                Value(Wrap(tag, Repeat(element, 20_000)));
            }
        foreach (byte tag in new byte[] { 0xa0, 0xa1, 0xa2, 0x30, 0x31 })
        {
            byte[] deep = [0x87, 0];
            for (int i = 0; i < 2000; i++)
                deep = Wrap(tag, deep);
            Message(Wrap(0x30, [2, 1, 1, .. Wrap(0x63, [4, 0, 10, 1, 0, 10, 1, 0, 2, 1, 0, 2, 1, 0, 1, 1, 0, .. deep, 0x30, 0])]));
            Value(deep);
        }
    }

    [Fact]
    public void Text_to_names_filters_and_records()
    {
        Gen<string> anything = ArbMap.Default.GeneratorFor<string>().Select(text => text ?? "");
        Gen<string> nearly = Gen.Elements("(", ")", "&", "|", "!", "cn", "=", "*", ":=", ":dn:", ">=", "\\2a", "\\", "\\z", ",", "+", "#04", " ", "\n", "dn: dc=x\n", "dn:: ", "-\n", "changetype: modify\n",
            "add: cn\n", "ö", "ﷺ", "\ud800", "\0", "a").ListOf().Select(string.Concat);
        Prop.ForAll(Gen.OneOf(anything, nearly, MessageSamples.Filter.Select(f => f.ToString())).ToArbitrary(), Text).Check(Many);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(!")]
    [InlineData("(&(a=1)")]
    [InlineData("(a=*")]
    [InlineData("a=1,")]
    [InlineData("a=1+")]
    [InlineData("a=\\20")]
    [InlineData("a=#04")]
    [InlineData("ﷺ")]
    [InlineData("dn: a=ﷺ\n")]
    [InlineData("a:1\n")]
    [InlineData("a:1\n\n")]
    [InlineData("\n ")]
    [InlineData("dn: dc=x\nchangetype: modify\nadd: a\na: 1\n-\n")]
    public void Text_that_repeats_for_long(string piece)
    {
        foreach (int times in new[] { 100, 2000, 50_000 })
        {
            Text(string.Concat(Enumerable.Repeat(piece, times)));
            Text("dn: a=" + string.Concat(Enumerable.Repeat(piece, times)));
        }
    }

    private static void Message(byte[] octets) => Bounded(octets.Length, () =>
    {
        var buffer = new ReadOnlySequence<byte>(octets);
        LdapReadStatus status = LdapCodec.Read(ref buffer, LdapCodec.DefaultMaxOctets, out LdapMessage? message, out string? error);
        Assert.Equal(status == LdapReadStatus.Message, message is not null);
        Assert.Equal(status == LdapReadStatus.Malformed, error is not null);
        Assert.True(status == LdapReadStatus.Message || buffer.Length == octets.Length);
    });

    private static void Value(byte[] octets) => Bounded(octets.Length, () =>
    {
        var control = new LdapControl("1.2", false, octets);
        SyncControls.ReadRequest(control);
        SyncControls.ReadState(control);
        SyncControls.ReadDone(control);
        SyncControls.ReadInfo(new(SyncControls.InfoOid, octets));
        PagedResults.Read(control);
        PasswordModify.Read(new(LdapOids.PasswordModify, octets));
        PasswordModify.ReadMade(new(LdapResult.Success, null, octets));
    });

    private static void Text(string text) => Bounded(text.Length, () =>
    {
        if (Dn.TryParse(text, out Dn? dn))
            Assert.Equal(dn, Dn.Parse(dn!.Normal));
        Assert.Equal(LdapFilter.TryParse(text, out LdapFilter? filter, out string? error), error is null);
        Assert.Equal(filter is null, error is not null);
        foreach (LdifItem item in LdifReader.Read(new StringReader(text)))
            Assert.NotNull(item);
    });

    private static void Bounded(int size, Action read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        read();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Least + (long)Multiple * size);
    }

    private static Gen<byte[]> Framed(Gen<byte[]> content) => from id in Gen.Elements<byte[]>([], [2, 1, 1]) from octets in content select Wrap(0x30, [.. id, .. octets]);

    /// <summary>Cut short, octets changed, a length that promises too much, a piece doubled or taken out.</summary>
    private static Gen<byte[]> Spoilt(byte[] octets)
    {
        if (octets.Length == 0)
            return Gen.Constant(octets);
        Gen<int> place = Gen.Choose(0, octets.Length - 1);
        return Gen.OneOf(
            place.Select(cut => octets[..cut]),
            from at in place from value in Octet select Changed(octets, at, value),
            from at in place from other in place from value in Octet select Changed(Changed(octets, at, value), other, (byte)(value ^ 0x20)),
            from at in place select (byte[])[.. octets[..at], 0x84, 0x7f, 0xff, 0xff, 0xff, .. octets[at..]],
            from at in place select (byte[])[.. octets[..at], 0x80, .. octets[at..]],
            from at in place select (byte[])[.. octets, .. octets[at..]],
            from at in place select (byte[])[.. octets[..at], .. octets[Math.Min(octets.Length, at + 3)..]]);
    }

    private static byte[] Changed(byte[] octets, int at, byte value)
    {
        byte[] copy = [.. octets];
        copy[at] = value;
        return copy;
    }

    private static byte[] Wrap(byte tag, byte[] content) => content.Length < 128
        ? [tag, (byte)content.Length, .. content]
        : [tag, 0x83, (byte)(content.Length >> 16), (byte)(content.Length >> 8), (byte)content.Length, .. content];

    private static byte[] Repeat(byte[] element, int times)
    {
        byte[] all = new byte[element.Length * times];
        for (int i = 0; i < times; i++)
            element.CopyTo(all, i * element.Length);
        return all;
    }
}
