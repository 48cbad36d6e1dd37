using System.Buffers;
using System.Text.Json;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Ldap;

public class LdapCodecTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Every_message_decodes_to_itself() =>
        Prop.ForAll(MessageSamples.Message.ToArbitrary(), message =>
        {
            byte[] octets = LdapCodec.Write(message);
            LdapMessage read = ReadOne(octets);
            Assert.Equal(Shown(message), Shown(read));
            Assert.Equal(octets, LdapCodec.Write(read));
        }).Check(Many);

    [Fact]
    public void A_message_cut_short_anywhere_is_incomplete() =>
        Prop.ForAll(MessageSamples.Message.ToArbitrary(), message =>
        {
            byte[] octets = LdapCodec.Write(message);
            for (int have = 0; have < octets.Length; have += Math.Max(1, octets.Length / 20))
            {
                var buffer = new ReadOnlySequence<byte>(octets, 0, have);
                Assert.Equal(LdapReadStatus.Incomplete, LdapCodec.Read(ref buffer, LdapCodec.DefaultMaxOctets, out _, out _));
                Assert.Equal(have, buffer.Length);
            }
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void No_octets_make_the_reader_throw() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), octets =>
        {
            TryRead(octets);
            TryRead([0x30, (byte)Math.Min(octets.Length, 127), .. octets]);
            TryRead([0x30, (byte)Math.Min(octets.Length + 3, 127), 2, 1, 1, .. octets]);
            TryReadValues(octets);
            TryReadValues([0x30, (byte)Math.Min(octets.Length, 127), .. octets]);
        }).Check(Many);

    [Fact]
    public void No_damage_to_a_message_makes_the_reader_throw()
    {
        Gen<byte[]> damaged = from message in MessageSamples.Message
                              let octets = LdapCodec.Write(message)
                              from places in Gen.Choose(0, octets.Length - 1).ListOf(4)
                              from values in ArbMap.Default.GeneratorFor<byte>().ListOf(4)
                              select Damaged(octets, places, values);
        Prop.ForAll(damaged.ToArbitrary(), TryRead).Check(Many);
    }

    [Theory]
    [InlineData("16", "LDAP")]
    [InlineData("474554202f", "LDAP")]
    [InlineData("3080", "length")]
    [InlineData("30850000000001", "length")]
    [InlineData("3084ffffffff", "allowed")]
    [InlineData("30840fffffff", "allowed")]
    [InlineData("3000", "Integer")]
    [InlineData("3003020101", "operation")]
    [InlineData("30050201ff4200", "negative")]
    [InlineData("300502010142ff", "length")]
    [InlineData("30050201017f00", "operation")]
    [InlineData("30080201014a03ffffff", "UTF-8")]
    public void Says_what_is_malformed(string hex, string reason)
    {
        var buffer = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        Assert.Equal(LdapReadStatus.Malformed, LdapCodec.Read(ref buffer, LdapCodec.DefaultMaxOctets, out _, out string? error));
        Assert.Contains(reason, error);
    }

    /// <summary>The examples of RFC 4511 appendix and of captured traffic: a simple bind, and an unbind.</summary>
    [Theory]
    [InlineData("30050201034200", typeof(LdapOperation.UnbindRequest))]
    [InlineData("300c020101600702010304008000", typeof(LdapOperation.BindRequest))]
    [InlineData("300c02010161070a010004000400", typeof(LdapOperation.BindResponse))]
    [InlineData("30840000000c02010161070a010004000400", typeof(LdapOperation.BindResponse))]
    [InlineData("302502010263200400" + "0a01000a0100020100020100010100870b6f626a656374436c6173733000", typeof(LdapOperation.SearchRequest))]
    public void Reads_known_octets(string hex, Type operation) => Assert.IsType(operation, ReadOne(Convert.FromHexString(hex)).Operation);

    [Fact]
    public void Ignores_extensions_at_the_end_of_a_sequence()
    {
        LdapMessage message = ReadOne(Convert.FromHexString("300f02010161070a0100040004008f0101"));
        Assert.True(Assert.IsType<LdapOperation.BindResponse>(message.Operation).Result.IsSuccess);
    }

    [Fact]
    public void A_filter_nests_to_the_limit_and_no_deeper()
    {
        LdapFilter filter = LdapFilter.Everything;
        for (int i = 0; i < LdapFilter.MaxDepth; i++)
            filter = new LdapFilter.Not(filter);
        ReadOne(LdapCodec.Write(Search(filter)));
        var buffer = new ReadOnlySequence<byte>(LdapCodec.Write(Search(new LdapFilter.Not(filter))));
        Assert.Equal(LdapReadStatus.Malformed, LdapCodec.Read(ref buffer, LdapCodec.DefaultMaxOctets, out _, out string? error));
        Assert.Contains("nested", error);
    }

    /// <summary>The most memory that octets can cost: filters of two octets each.</summary>
    [Fact]
    public void Memory_is_bounded_by_the_octets_received()
    {
        var parts = new LdapFilter[100_000];
        Array.Fill(parts, new LdapFilter.Present(""));
        byte[] octets = LdapCodec.Write(Search(new LdapFilter.Or(parts)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReadOne(octets);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 32L * octets.Length);
    }

    [Fact]
    public void Takes_messages_off_a_buffer_in_pieces()
    {
        byte[] one = LdapCodec.Write(Search(LdapFilter.Everything)), two = [.. one, .. one];
        for (int cut = 1; cut < two.Length; cut++)
        {
            ReadOnlySequence<byte> buffer = InPieces(two[..cut], two[cut..]);
            Assert.Equal(LdapReadStatus.Message, LdapCodec.Read(ref buffer, 1000, out LdapMessage? first, out _));
            Assert.Equal(LdapReadStatus.Message, LdapCodec.Read(ref buffer, 1000, out LdapMessage? second, out _));
            Assert.Equal(Shown(first!), Shown(second!));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void Sync_and_paging_values_decode_to_themselves()
    {
        var id = new Guid("00112233-4455-6677-8899-aabbccddeeff");
        byte[]?[] cookies = [null, [], [1, 2, 3]];
        foreach (byte[]? cookie in cookies)
            foreach (bool flag in new[] { true, false })
            {
                var request = new SyncRequest(flag, cookie) { ReloadHint = flag };
                Assert.Equal(JsonSerializer.Serialize(request), JsonSerializer.Serialize(SyncControls.ReadRequest(SyncControls.Request(request))));
                var done = new SyncDoneValue(cookie, flag);
                Assert.Equal(JsonSerializer.Serialize(done), JsonSerializer.Serialize(SyncControls.ReadDone(SyncControls.Done(done))));
                var state = new SyncStateValue(flag ? SyncState.Delete : SyncState.Present, id, cookie);
                Assert.Equal(JsonSerializer.Serialize(state), JsonSerializer.Serialize(SyncControls.ReadState(SyncControls.State(state))));
                LdapSearchItem[] infos =
                    [new LdapSearchItem.NewCookie(cookie ?? []), new LdapSearchItem.RefreshPhase(flag, cookie, !flag), new LdapSearchItem.RefreshPhase(flag, cookie, flag), new LdapSearchItem.IdSet(flag, [id, Guid.Empty], cookie)];
                foreach (LdapSearchItem info in infos)
                    Assert.Equal(JsonSerializer.Serialize<object>(info), JsonSerializer.Serialize<object>(SyncControls.ReadInfo(SyncControls.Info(info))!));
            }
        var page = new PagedResults(500, [9]);
        Assert.Equal(JsonSerializer.Serialize(page), JsonSerializer.Serialize(PagedResults.Read(page.ToControl())));
        Assert.Equal("800101", Convert.ToHexString(SyncControls.Info(new LdapSearchItem.NewCookie([1])).Value!));
    }

    private static LdapMessage Search(LdapFilter filter) => new(7, new LdapOperation.SearchRequest("dc=example", LdapScope.Subtree, filter, ["cn"]));

    private static byte[] Damaged(byte[] octets, IReadOnlyList<int> places, IReadOnlyList<byte> values)
    {
        byte[] copy = [.. octets];
        for (int i = 0; i < places.Count; i++)
            copy[places[i]] = values[i];
        return copy;
    }

    private static void TryRead(byte[] octets)
    {
        var buffer = new ReadOnlySequence<byte>(octets);
        LdapReadStatus status = LdapCodec.Read(ref buffer, 4096, out LdapMessage? message, out string? error);
        Assert.Equal(status == LdapReadStatus.Message, message is not null);
        Assert.Equal(status == LdapReadStatus.Malformed, error is not null);
    }

    private static void TryReadValues(byte[] octets)
    {
        var control = new LdapControl("1.2", false, octets);
        SyncControls.ReadRequest(control);
        SyncControls.ReadState(control);
        SyncControls.ReadDone(control);
        SyncControls.ReadInfo(new(SyncControls.InfoOid, octets));
        PagedResults.Read(control);
        PasswordModify.Read(new(LdapOids.PasswordModify, octets));
        PasswordModify.ReadMade(new(LdapResult.Success, null, octets));
    }

    private static LdapMessage ReadOne(byte[] octets)
    {
        var buffer = new ReadOnlySequence<byte>(octets);
        LdapReadStatus status = LdapCodec.Read(ref buffer, LdapCodec.DefaultMaxOctets, out LdapMessage? message, out string? error);
        Assert.True(status == LdapReadStatus.Message, error);
        Assert.True(buffer.IsEmpty);
        return message!;
    }

    /// <summary>Everything the message holds, as text that can be compared.</summary>
    private static string Shown(LdapMessage message) =>
        message.Operation.GetType().Name + JsonSerializer.Serialize(message) + JsonSerializer.Serialize<object>(message.Operation)
        + (message.Operation is LdapOperation.SearchRequest search ? search.Filter.ToString() : "")
        + (message.Operation is LdapOperation.BindRequest bind ? JsonSerializer.Serialize<object>(bind.Credentials) : "");

    private static ReadOnlySequence<byte> InPieces(byte[] first, byte[] second)
    {
        var head = new Piece(first, 0);
        Piece tail = head.Then(second);
        return new(head, 0, tail, second.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] octets, long before)
        {
            Memory = octets;
            RunningIndex = before;
        }

        public Piece Then(byte[] octets)
        {
            var next = new Piece(octets, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
