using DirMail.Store.Reading;
using DirMail.Store.Sqlite;

namespace DirMail.Unit.Store;

public sealed class ReadersTests
{
    [Fact]
    public void The_last_to_close_leaves_no_log()
    {
        string folder = Directory.CreateTempSubdirectory("dirmail-readers-").FullName, path = Path.Combine(folder, "some.db");
        try
        {
            for (int round = 0; round < 200; round++)
            {
                Readers readers;
                using (Connection writer = Connection.Open(path, cacheKibibytes: 1024))
                {
                    writer.Execute($"CREATE TABLE round{round} (id INTEGER)");
                    readers = new(4, () => Connection.Open(path, cacheKibibytes: 1024));
                }
                readers.Dispose();
                Assert.False(File.Exists(path + "-wal"), $"round {round}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
