using DirMail.Store.Contents;
using DirMail.Store.Sqlite;
using Microsoft.Extensions.Logging;

namespace DirMail.Store.Writing;

/// <summary>What the writer is made of: how to open its connection anew, ids, group size, clock, whom to tell of a commit (what changed, pages written), and what is kept of new mail.</summary>
internal sealed record WriterParts(
    Func<Connection> Open, Func<long> NextId, int MaxGroup, TimeProvider Clock, ILogger Logger, Action<WriteScope> Publish, Action<int> Written, AtHand AtHand);
