using DirMail.Routing.Table;

namespace DirMail.Unit.Routing;

public class HashTrieTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Behaves_as_a_dictionary_and_keeps_its_past(int seed)
    {
        var random = new Random(seed);
        HashTrie<int, Item, ByKey> trie = default;
        var model = new Dictionary<int, Item>();
        List<(HashTrie<int, Item, ByKey> Trie, Dictionary<int, Item> Model)> past = [];
        object owner = new();
        for (int i = 0; i < 6000; i++)
        {
            int key = random.Next(800);
            if (random.Next(3) > 0)
            {
                var item = new Item(key, i);
                trie = trie.With(item, owner);
                model[key] = item;
            }
            else
            {
                trie = trie.Without(key, owner);
                model.Remove(key);
            }
            if (i % 500 != 0)
                continue;
            past.Add((trie, new(model)));
            owner = new();
        }
        past.Add((trie, model));
        foreach ((HashTrie<int, Item, ByKey> then, Dictionary<int, Item> expected) in past)
        {
            Assert.Equal(expected.Count, then.Count);
            Assert.Equal(expected.Values.OrderBy(v => v.Key), then.Items.OrderBy(v => v.Key));
            Assert.All(Enumerable.Range(0, 800), key => Assert.Equal(expected.GetValueOrDefault(key), then.Find(key)));
        }
    }

    [Fact]
    public void Takes_many_at_once()
    {
        object owner = new();
        HashTrie<int, Item, ByKey> one = default, many = default;
        for (int from = 0; from < 2000; from += 400)
        {
            Item[] items = [.. Enumerable.Range(from, 400).Select(key => new Item(key, key))];
            foreach (Item item in items)
                one = one.With(item, owner);
            HashTrie<int, Item, ByKey> before = many;
            many = many.WithAll(items, new object(), []);
            Assert.Equal(from, before.Items.Count());
        }
        Assert.Equal(one.Count, many.Count);
        Assert.Equal(one.Items.OrderBy(i => i.Key), many.Items.OrderBy(i => i.Key));
        Assert.All(Enumerable.Range(0, 2100), key => Assert.Equal(one.Find(key), many.Find(key)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(50)]
    [InlineData(3_000)]
    [InlineData(90_000)]
    public void Many_at_once_come_to_the_same_as_one_by_one(int count)
    {
        var random = new Random(count);
        Item[] items = [.. Enumerable.Range(0, count).Select(i => new Item(random.Next(Math.Max(2, count / 2)), i))];
        List<Item> again = [], expectedAgain = [];
        HashTrie<int, Item, ByKey> one = default, many = default;
        foreach (Item item in items)
            if (!one.TryAdd(item, this, out one))
                expectedAgain.Add(item);
        many = many.WithAll([.. items], this, again);
        Assert.Equal(one.Count, many.Count);
        Assert.Equal(expectedAgain.OrderBy(i => i.Value), again.OrderBy(i => i.Value));
        Assert.Equal(one.Items.OrderBy(i => i.Key), many.Items.OrderBy(i => i.Key));
        Assert.All(one.Items, item => Assert.Equal(item, many.Find(item.Key)));
        foreach (Item item in items)
            many = many.Without(item.Key, new object());
        Assert.Empty(many.Items);
    }

    [Fact]
    public void Adds_only_what_is_not_there()
    {
        HashTrie<int, Item, ByKey> trie = default;
        for (int key = 0; key < 400; key++)
            Assert.True(trie.TryAdd(new(key, 1), this, out trie));
        for (int key = 0; key < 400; key++)
            Assert.False(trie.TryAdd(new(key, 2), this, out trie));
        Assert.Equal(400, trie.Count);
        Assert.All(trie.Items, item => Assert.Equal(1, item.Value));
    }

    private sealed record Item(int Key, int Value);

    /// <summary>Few hashes, so that collisions and long shared paths happen.</summary>
    private readonly struct ByKey : IKeyed<int, Item>
    {
        public static int KeyOf(Item item) => item.Key;
        public static bool Same(int left, int right) => left == right;
        public static int HashOf(int key) => (key % 97) << 24 | (key % 3);
    }
}
