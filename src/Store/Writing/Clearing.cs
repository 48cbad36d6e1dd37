using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>One slice of the end of a lane, inside the commit. The lane notes what was told of, so that a crash between slices tells nothing twice.</summary>
internal sealed class Clearing(WriteScope scope, LaneEnd end)
{
    private const int Slice = 200;

    public (int Removed, bool KeptContent) Run()
    {
        if (FindLane() is not { } lane)
            return (0, false);
        scope.RowsChanging();
        bool kept = end.Created is { } created && Mark(lane) && Accept(created);
        int removed = 0;
        foreach ((QueueId message, RenditionId rendition) in Take(lane))
        {
            Remove(lane, message, rendition);
            removed++;
        }
        return (removed, kept);
    }

    private long? FindLane()
    {
        using Statement find = scope.Database.Use("SELECT id FROM lane WHERE domain = ? AND channel = ?").Bind(end.Domain.Value).Bind(end.Channel);
        return find.Step() ? find.Long(0) : null;
    }

    private bool Mark(long lane)
    {
        using Statement update = scope.Database.Use("UPDATE lane SET told = ?1 WHERE id = ?2 AND told < ?1").Bind(end.Last.Value).Bind(lane);
        return update.Run() > 0;
    }

    private bool Accept(Acceptance created)
    {
        var accepting = new Accepting(scope, created);
        accepting.Run();
        return accepting.KeptContent;
    }

    private List<(QueueId, RenditionId)> Take(long lane)
    {
        using Statement find = scope.Database.Use("SELECT id, rendition FROM queue_message WHERE lane = ? AND id <= ? ORDER BY id LIMIT ?").Bind(lane).Bind(end.Last.Value).Bind(Slice);
        List<(QueueId, RenditionId)> messages = [];
        while (find.Step())
            messages.Add((new(find.Long(0)), new(find.Long(1))));
        return messages;
    }

    private void Remove(long lane, QueueId message, RenditionId rendition)
    {
        int recipients;
        using (Statement delete = scope.Database.Use("DELETE FROM queue_recipient WHERE message = ?").Bind(message.Value))
            recipients = delete.Run();
        QueueRows.AddToLane(scope, lane, -recipients);
        QueueRows.RemoveWhenDone(scope, message, rendition);
    }
}
