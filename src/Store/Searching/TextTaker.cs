namespace DirMail.Store.Searching;

/// <summary>Takes text as it is decoded, in any pieces. A stretch is one field's value or one part's text: nothing that is looked for lies across two.</summary>
internal abstract class TextTaker
{
    /// <summary>True: nothing more is wanted.</summary>
    public abstract bool Take(ReadOnlySpan<char> piece);

    /// <summary>Takes a whole stretch as it lies there, in UTF-8, instead of <see cref="Take"/> and <see cref="End"/>. False: it has to be decoded.</summary>
    /// <param name="hasEnough">True: nothing more is wanted.</param>
    public virtual bool TryTakeUtf8(ReadOnlySpan<byte> stretch, out bool hasEnough) => hasEnough = false;

    /// <summary>The stretch is over. True: nothing more is wanted.</summary>
    public abstract bool End();
}

/// <summary>Looks for a text; keeps the characters seen last, so that one that lies across two pieces is found.</summary>
internal sealed class TextFinder(TextQuery query) : TextTaker
{
    private readonly char[] _seam = new char[2 * Math.Max(0, query.Text.Length - 1)];
    private int _kept;

    public override bool Take(ReadOnlySpan<char> piece)
    {
        int reach = query.Text.Length - 1;
        int joined = _kept + Math.Min(reach, piece.Length);
        piece[..(joined - _kept)].CopyTo(_seam.AsSpan(_kept));
        if (_kept > 0 && query.IsIn(_seam.AsSpan(0, joined)) || query.IsIn(piece))
            return true;
        if (piece.Length >= reach)
        {
            _kept = reach;
            piece[^reach..].CopyTo(_seam);
        }
        else
        {
            _kept = Math.Min(reach, joined);
            _seam.AsSpan(joined - _kept, _kept).CopyTo(_seam);
        }
        return false;
    }

    public override bool TryTakeUtf8(ReadOnlySpan<byte> stretch, out bool hasEnough)
    {
        hasEnough = query.IsAscii && AsciiText.IsIn(stretch, query.Text);
        return query.IsAscii;
    }

    public override bool End()
    {
        _kept = 0;
        return false;
    }
}
