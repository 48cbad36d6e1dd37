using DirMail.Serve;
using DirMail.Unit.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Executable;

public sealed class ChangedFilesTests
{
    [Fact]
    public async Task A_file_is_read_again_once_when_it_appears_changes_or_is_gone()
    {
        await using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "list");
        int read = 0;
        await using var files = new ChangedFiles([(file, () => read++)], TimeProvider.System, NullLogger.Instance);
        foreach (string content in (string[])["", "a", "ab"])
        {
            await File.WriteAllTextAsync(file, content);
            int before = read;
            files.Look();
            files.Look();
            Assert.Equal(before + 1, read);
        }
        File.Delete(file);
        files.Look();
        Assert.Equal(4, read);
    }

    [Fact]
    public async Task What_cannot_be_read_is_tried_again_when_it_changes()
    {
        await using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "key");
        string inForce = "first";
        await File.WriteAllTextAsync(file, inForce);
        await using var files = new ChangedFiles([(file, () => inForce = File.ReadAllText(file) is { Length: > 3 } text ? text : throw new IOException("half a key"))], TimeProvider.System, NullLogger.Instance);
        await File.WriteAllTextAsync(file, "sec");
        files.Look();
        Assert.Equal("first", inForce);
        await File.WriteAllTextAsync(file, "second");
        files.Look();
        Assert.Equal("second", inForce);
    }
}
