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
    public void Every_sync_paging_and_password_value_decodes_to_itself()
    {
        Same(MessageSamples.SyncRequests, value => SyncControls.ReadRequest(SyncControls.Request(value)));
        Same(MessageSamples.SyncStates, value => SyncControls.ReadState(SyncControls.State(value)));
        Same(MessageSamples.SyncDones, value => SyncControls.ReadDone(SyncControls.Done(value)));
        Same(MessageSamples.SyncInfo, value => SyncControls.ReadInfo(SyncControls.Info(value)));
        Same(MessageSamples.Pages, value => PagedResults.Read(value.ToControl()));
        Same(MessageSamples.PasswordChanges, value => PasswordModify.Read(value.ToRequest()));
        Assert.Equal("800101", Convert.ToHexString(SyncControls.Info(new LdapSearchItem.NewCookie([1])).Value!));

        static void Same<T>(Gen<T> values, Func<T, T?> thereAndBack) =>
            Prop.ForAll(values.ToArbitrary(), value => Assert.Equal(JsonSerializer.Serialize<object>(value!), JsonSerializer.Serialize<object>(thereAndBack(value)!))).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static LdapMessage Search(LdapFilter filter) => new(7, new LdapOperation.SearchRequest("dc=example", LdapScope.Subtree, filter, ["cn"]));

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
