using System.Buffers;
using System.Diagnostics;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Benchmarks;

/// <summary>What the LDAP client alone costs: the answers of a refresh, recorded, decoded from memory; the same through the whole client; and (--slapd) sent by a real one.</summary>
internal static class Decoding
{
    private static readonly LdapSearch Refresh = new(Dn.Parse(SyntheticDirectory.Root), LdapScope.Subtree, LdapFilter.Is("objectClass", "inetMailUser"))
    {
        Attributes = ["*", "entryUUID"],
        Sync = new SyncRequest(Persist: false, null),
    };

    public static async Task RunAsync(SyntheticDirectory directory, int rounds, bool withSlapd)
    {
        (byte[] recorded, int entries, int values) = Record(directory);
        Console.WriteLine($"{entries:N0} entries with {values:N0} values, {recorded.Length / 1e6:F0} MB of messages");
        for (int round = 1; round <= rounds; round++)
            Decode(recorded, round);
        for (int round = 1; round <= rounds; round++)
            await MeasureAsync($"round {round}, whole client from memory", ct => new SearchStream(new Conversation(new RecordedAnswers(recorded), new LdapServer("recorded", 1), NullLogger.Instance), Refresh).RunAsync(ct));
        if (!withSlapd)
            return;
        await using FilledSlapd slapd = await FilledSlapd.StartAsync(directory, withAcl: false);
        LdapServer.TryParse(slapd.Url, out LdapServer? server);
        for (int round = 1; round <= rounds; round++)
        {
            await using LdapClient client = await LdapClient.ConnectAsync(server!, NullLogger.Instance, default);
            await client.BindAsync("cn=manager,o=hosting", "manager-secret", default);
            TimeSpan before = slapd.ProcessorTime;
            await MeasureAsync($"round {round}, from slapd", ct => client.SearchAsync(Refresh, ct));
            Console.WriteLine($"  slapd's processor time {(slapd.ProcessorTime - before).TotalSeconds:F2} s");
        }
    }

    private static (byte[] Recorded, int Entries, int Values) Record(SyntheticDirectory directory)
    {
        var to = new ArrayBufferWriter<byte>();
        int entries = 0, values = 0;
        foreach (SyntheticEntry entry in directory.Entries().Where(e => e.Attributes.Any(a => a.Description == "uid")))
        {
            LdapCodec.Write(new LdapMessage(1, new LdapOperation.SearchResultEntry(entry.Dn, entry.Attributes), [SyncControls.State(new(SyncState.Add, entry.Id.Value, null))]), to);
            (entries, values) = (entries + 1, values + entry.Attributes.Sum(a => a.Values.Count));
        }
        LdapCodec.Write(new LdapMessage(1, new LdapOperation.SearchResultDone(LdapResult.Success), [SyncControls.Done(new("cookie"u8.ToArray(), true))]), to);
        return (to.WrittenSpan.ToArray(), entries, values);
    }

    private static void Decode(byte[] recorded, int round)
    {
        var rest = new ReadOnlySequence<byte>(recorded);
        TimeSpan start = ThreadClock.Now;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        int messages = 0;
        for (; LdapCodec.Read(ref rest, LdapCodec.DefaultMaxOctets, out LdapMessage? message, out _) == LdapReadStatus.Message; messages++)
            GC.KeepAlive(message);
        TimeSpan time = ThreadClock.Now - start;
        Console.WriteLine($"round {round}, messages decoded: {time.TotalSeconds:F3} s of one thread's processor time, {time.TotalMicroseconds / messages:F2} us and {(GC.GetAllocatedBytesForCurrentThread() - allocated) / messages:N0} octets allocated each");
    }

    private static async Task MeasureAsync(string what, Func<CancellationToken, IAsyncEnumerable<LdapSearchItem>> search)
    {
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp(), allocated = GC.GetTotalAllocatedBytes();
        int entries = 0;
        await foreach (LdapSearchItem item in search(default))
            entries += item is LdapSearchItem.Found ? 1 : 0;
        Console.WriteLine($"{what}: {entries:N0} entries after {Stopwatch.GetElapsedTime(start).TotalSeconds:F3} s, processor time {(Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds:F3} s, {(GC.GetTotalAllocatedBytes() - allocated) / Math.Max(1, entries):N0} octets allocated each");
    }

    /// <summary>A server that answers the first request with what was recorded, and then says nothing.</summary>
    private sealed class RecordedAnswers(byte[] recorded) : Stream
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _at;

        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _asked.Task.WaitAsync(cancellationToken);
            int count = Math.Min(buffer.Length, recorded.Length - _at);
            if (count == 0)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            recorded.AsSpan(_at, count).CopyTo(buffer.Span);
            _at += count;
            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _asked.TrySetResult();
            return default;
        }

        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
