namespace DirMail.Store;

/// <summary>How far a long work on the store is. <paramref name="Done"/> and <paramref name="Total"/> count what <paramref name="What"/> names; a total of 0 is not known.</summary>
public sealed record StoreProgress(string What, long Done, long Total);
