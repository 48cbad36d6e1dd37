using System.Globalization;
using System.Text;

namespace DirMail.Servers.Imap.Sorting;

/// <summary>Writes threads as "(2)(3 6 (4 23)(44 7 96))" (RFC 5256 4), however deep.</summary>
internal static class ThreadFormat
{
    public static void Append(StringBuilder line, IEnumerable<ThreadNode> roots, Func<int, uint> number)
    {
        Stack<ThreadNode?> open = new();
        Push(open, roots);
        while (open.TryPop(out ThreadNode? next))
        {
            if (next is null)
            {
                line.Append(')');
                continue;
            }
            line.Append('(');
            open.Push(null);
            // an only child follows its parent in the same parentheses
            ThreadNode node = next;
            for (; node.Children.Count == 1; node = node.Children[0])
                AppendNumber(line, node, number).Append(' ');
            AppendNumber(line, node, number);
            if (node.Children.Count > 0 && node.IsThere)
                line.Append(' ');
            Push(open, node.Children);
        }
    }

    private static StringBuilder AppendNumber(StringBuilder line, ThreadNode node, Func<int, uint> number) =>
        node.IsThere ? line.Append(CultureInfo.InvariantCulture, $"{number(node.Index)}") : line;

    private static void Push(Stack<ThreadNode?> open, IEnumerable<ThreadNode> nodes)
    {
        foreach (ThreadNode node in nodes.Reverse())
            open.Push(node);
    }
}
