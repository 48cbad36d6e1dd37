using System.Text.Json;

namespace DirMail.Verbs;

/// <summary>One JSON array on standard output, written as its items come: a long list is never in memory as a whole. Disposing ends it.</summary>
internal sealed class JsonList<T> : IDisposable
{
    private bool _hasItems;

    public JsonList() => Console.Out.Write('[');

    public void Add(IEnumerable<T> items)
    {
        foreach (T item in items)
        {
            Console.Out.Write(_hasItems ? ",\n " : "\n ");
            Console.Out.Write(JsonSerializer.Serialize(item, JsonSerializerOptions.Web));
            _hasItems = true;
        }
    }

    public void Dispose() => Console.Out.WriteLine(_hasItems ? "\n]" : "]");
}
