namespace DirMail.Serve;

/// <summary>Why the server does not run, as its operator reads it. A full disk shows in many ways, depending on which file met it first; here it has one name.</summary>
internal static class StartFailure
{
    /// <summary>ENOSPC and EDQUOT of Linux, as the runtime hands them on.</summary>
    private static readonly int[] NoSpace = [28, 122];

    /// <summary>Octets. With less neither the store nor the directory's journal begins, and the database then calls it an I/O error.</summary>
    private const long Least = 1 << 20;

    /// <param name="free">Octets that are free where the data folder lies; null: not known.</param>
    public static string Text(Exception failure, string dataFolder, long? free)
    {
        bool isFull = free < Least;
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
            isFull |= NoSpace.Contains(cause.HResult);
        return isFull ? $"the disk is full: free space where the data folder {dataFolder} lies, then start again ({failure.Message})" : failure.Message;
    }

    public static long? Free(string dataFolder)
    {
        try
        {
            return new DriveInfo(dataFolder).AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
