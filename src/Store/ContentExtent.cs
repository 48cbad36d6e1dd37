namespace DirMail.Store;

/// <summary>How much of a content is going to be read.</summary>
public enum ContentExtent
{
    Whole,

    /// <summary>The header, with its blank line.</summary>
    Header,
}
