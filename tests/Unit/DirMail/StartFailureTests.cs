using DirMail.Serve;
using DirMail.Store;
using DirMail.Unit.Store;
using DirMail.Unit.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Executable;

public sealed class StartFailureTests
{
    private const string Folder = "/var/lib/dirmail";
    private const string Full = "the disk is full: free space where the data folder /var/lib/dirmail lies, then start again";

    [Fact]
    public async Task A_store_that_finds_no_space_names_the_folder_and_what_to_do()
    {
        await using var temporary = new TemporaryFolder();
        var settings = new StoreSettings { Folder = Path.Combine(temporary.Path, "store"), MaxPages = 5 };
        Exception failure = await Assert.ThrowsAnyAsync<IOException>(() => MessageStore.OpenAsync(settings, new TestClock(), NullLogger.Instance, CancellationToken.None));
        Assert.Equal($"{Full} ({failure.Message})", StartFailure.Text(failure, Folder, free: long.MaxValue));
        Assert.Contains("full", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_does_any_other_file()
    {
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Exception failure = Assert.ThrowsAny<IOException>(() => full.Write([1]));
        Assert.StartsWith(Full, StartFailure.Text(new IOException("cannot begin", failure), Folder, free: null), StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_where_nothing_is_free_is_told_as_that() =>
        Assert.Equal($"{Full} (disk I/O error)", StartFailure.Text(new IOException("disk I/O error"), Folder, free: 4096));

    [Fact]
    public void Other_errors_speak_for_themselves() => Assert.Equal("port 25 is in use", StartFailure.Text(new IOException("port 25 is in use"), Folder, free: long.MaxValue));

    [Fact]
    public async Task Free_space_is_known_where_the_folder_is()
    {
        await using var temporary = new TemporaryFolder();
        Assert.True(StartFailure.Free(temporary.Path) > 0);
        Assert.True(StartFailure.Free(Path.Combine(temporary.Path, "not", "made")) is null or > 0);
    }
}
