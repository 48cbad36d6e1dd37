using DirMail.Store;

namespace DirMail.Admin;

/// <summary>What is to be exported or imported.</summary>
/// <param name="Path">File or folder, absolute: whoever does it reads or writes it.</param>
/// <param name="Account">uid@domain or an address; null: all, or as the folders are called.</param>
/// <param name="Domain">Export only: all accounts of that domain.</param>
/// <param name="Folder">Import only: the mailbox for the top; null: INBOX.</param>
public sealed record ExchangeQuery(string Path, MailFormat Format, string? Account, string? Domain, string? Folder);
