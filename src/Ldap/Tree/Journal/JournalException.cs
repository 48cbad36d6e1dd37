namespace DirMail.Ldap.Tree.Journal;

/// <summary>The directory's files cannot be read; the message names file, line and reason. Nothing on disk was changed.</summary>
public sealed class JournalException(string file, int line, string reason) : Exception($"{file}, line {line}: {reason}")
{
    public string File { get; } = file;
    public int Line { get; } = line;
}
