namespace DirMail.Mail.Mime;

/// <summary>A text in its stored form: UTF-8, or null (the default).</summary>
public readonly ref struct StoredText(ReadOnlySpan<byte> utf8)
{
    private readonly bool _isText = true;

    public bool IsNull => !_isText;

    public ReadOnlySpan<byte> Utf8 { get; } = utf8;
}
