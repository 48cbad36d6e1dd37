using DirMail.Serve;
using DirMail.Unit.Wire;

namespace DirMail.Unit.Executable;

public sealed class DataFolderTests
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public async Task A_second_hold_is_refused_and_names_the_folder()
    {
        await using var temporary = new TemporaryFolder();
        string folder = Path.Combine(temporary.Path, "data");
        using (DataFolder.Hold(folder))
        {
            string message = Assert.Throws<IOException>(() => DataFolder.Hold(folder)).Message;
            Assert.Contains(folder, message);
            Assert.Contains("in use by another dirmail process", message);
            Assert.Contains("dataFolder", message);
        }
        DataFolder.Hold(folder).Dispose();
    }

    [Fact]
    public async Task Nobody_else_looks_into_a_new_folder()
    {
        await using var temporary = new TemporaryFolder();
        string folder = Path.Combine(temporary.Path, "deep", "data");
        using DataFolder held = DataFolder.Hold(folder);
        Assert.Equal(Owner, File.GetUnixFileMode(folder));
    }

    [Fact]
    public async Task A_file_in_its_place_is_a_clear_error()
    {
        await using var temporary = new TemporaryFolder();
        string file = Path.Combine(temporary.Path, "data");
        await File.WriteAllTextAsync(file, "");
        string message = Assert.Throws<IOException>(() => DataFolder.Hold(file)).Message;
        Assert.Contains(file, message);
    }
}
