namespace DirMail.Store;

/// <summary>What the search index says of a message.</summary>
public enum IndexAnswer : byte
{
    /// <summary>The message itself has to be looked through.</summary>
    Unknown,

    No,
    Yes,
}
