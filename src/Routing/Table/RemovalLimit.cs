namespace DirMail.Routing.Table;

/// <summary>When removals are too many to be believed at once.</summary>
internal static class RemovalLimit
{
    public const int Entries = 10;
    public const int Percent = 20;

    /// <summary>Removals within this time count together.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    /// <summary>More than 10 and more than 20 % of those that were there.</summary>
    public static bool IsCrossed(int removed, int before) => removed > Entries && removed * 100L > before * (long)Percent;
}
