using System.Formats.Tar;

namespace DirMail.Store.Copying;

/// <summary>Where a backup goes: a folder like the store's own, or a tar of it. Under another name until it is whole; dropped unless finished.</summary>
internal sealed class BackupTarget : IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _target, _unfinished;
    private readonly FileStream? _file;
    private readonly TarWriter? _tar;
    private bool _isFinished;

    private BackupTarget(string target)
    {
        (_target, _unfinished) = (target, target + ".part");
        if (!IsTar(target))
        {
            if (Directory.Exists(_unfinished))
                Directory.Delete(_unfinished, recursive: true);
            Directory.CreateDirectory(_unfinished, OwnerOnly);
            return;
        }
        _file = new FileStream(_unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        _tar = new TarWriter(_file, TarEntryFormat.Pax, leaveOpen: true);
    }

    public static BackupTarget Create(string target) => new(target);

    public static bool IsTar(string target) => target.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    public async Task AddAsync(string name, string path, CancellationToken cancellationToken)
    {
        if (_tar is not null)
        {
            await _tar.WriteEntryAsync(path, name, cancellationToken).ConfigureAwait(false);
            return;
        }
        string to = Path.Combine(_unfinished, name);
        Directory.CreateDirectory(Path.GetDirectoryName(to)!, OwnerOnly);
        await using FileStream from = File.OpenRead(path);
        await using var copy = new FileStream(to, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        await from.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
        copy.Flush(flushToDisk: true);
    }

    /// <summary>It is whole and on disk.</summary>
    public void Finish()
    {
        if (_tar is not null)
        {
            _tar.Dispose();
            _file!.Flush(flushToDisk: true);
            _file.Dispose();
            File.Move(_unfinished, _target);
        }
        else
        {
            Directory.Move(_unfinished, _target);
        }
        _isFinished = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isFinished)
            return;
        if (_tar is not null)
            await _tar.DisposeAsync().ConfigureAwait(false);
        if (_file is not null)
        {
            await _file.DisposeAsync().ConfigureAwait(false);
            File.Delete(_unfinished);
        }
        else
        {
            Directory.Delete(_unfinished, recursive: true);
        }
    }
}
