using System.Collections.Immutable;

namespace DirMail.Mail.Sieve;

/// <summary>Makes tests of what was written (RFC 5228 5).</summary>
internal sealed class TestChecker(PieceChecker checker)
{
    /// <summary>Fields that hold addresses: what stands in others is none of this test's business (RFC 5228 5.1).</summary>
    private static readonly HashSet<string> AddressFields = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Resent-From", "Resent-To", "Resent-Cc", "Resent-Bcc", "Resent-Sender", "Resent-Reply-To",
        "Return-Path", "Delivered-To", "X-Original-To", "Apparently-To", "Errors-To", "Disposition-Notification-To", "Mail-Followup-To", "Mail-Reply-To",
    };

    public Test Check(Node node)
    {
        var arguments = new TakenArguments(node, checker);
        int tests = node.Name is "not" ? 1 : node.Name is "allof" or "anyof" ? Math.Max(1, node.Tests.Length) : 0;
        Test test = Check(node, arguments);
        arguments.End(tests);
        return test;
    }

    private Test Check(Node node, TakenArguments arguments)
    {
        switch (node.Name)
        {
            case "true" or "false":
                return new Test.Constant(node.Name == "true");
            case "not":
                return node.Tests is [var negated] ? new Test.Not(Check(negated)) : new Test.Constant(false);
            case "allof":
                return new Test.All([.. node.Tests.Select(Check)]);
            case "anyof":
                return new Test.Any([.. node.Tests.Select(Check)]);
            case "exists":
                return new Test.Exists(Fields(node, arguments));
            case "size":
                return Size(node, arguments);
            case "header":
                ComparisonTags header = Tags(node, arguments);
                return new Test.Header(Fields(node, arguments), header.With(Keys(node, arguments)));
            case "address":
                return Address(node, arguments);
            case "envelope":
                return Envelope(node, arguments);
            case "hasflag":
                checker.Need(node, Extensions.Flags, "it");
                ComparisonTags flags = Tags(node, arguments);
                return new Test.HasFlag(checker.FlagVariables(node, arguments), flags.With(Keys(node, arguments)));
            case "string":
                checker.Need(node, Extensions.Variables, "it");
                ComparisonTags text = Tags(node, arguments);
                return new Test.String(Texts(node, arguments, "texts"), text.With(Keys(node, arguments)));
            default:
                checker.Fail(node, "there is no such test");
                return new Test.Constant(false);
        }
    }

    private Test.Size Size(Node node, TakenArguments arguments)
    {
        bool isOver = arguments.Tag("over"), isUnder = arguments.Tag("under");
        if (isOver == isUnder)
            checker.Fail(node, "either :over or :under");
        return new(isOver, arguments.Number("a number"));
    }

    private Test.Address Address(Node node, TakenArguments arguments)
    {
        ComparisonTags tags = Tags(node, arguments);
        AddressPart part = Part(node, arguments);
        ImmutableArray<Template> fields = Fields(node, arguments);
        if (fields.Select(static field => field.Literal).FirstOrDefault(static field => field is not null && !AddressFields.Contains(field)) is { } other)
            checker.Fail(node, $"{SieveFault.Quote(other)} is no field of addresses");
        return new(fields, part, tags.With(Keys(node, arguments)));
    }

    private Test.Envelope Envelope(Node node, TakenArguments arguments)
    {
        checker.Need(node, Extensions.Envelope, "it");
        ComparisonTags tags = Tags(node, arguments);
        AddressPart part = Part(node, arguments);
        ImmutableArray<string> parts = [.. arguments.Strings("parts of the envelope").Select(static name => name.ToLowerInvariant())];
        if (parts.FirstOrDefault(static name => name is not ("from" or "to")) is { } other)
            checker.Fail(node, $"the envelope has no part {SieveFault.Quote(other)}");
        return new([.. parts.Select(static name => name == "from")], part, tags.With(Keys(node, arguments)));
    }

    private ImmutableArray<Template> Keys(Node node, TakenArguments arguments) => Texts(node, arguments, "keys");

    private ImmutableArray<Template> Texts(Node node, TakenArguments arguments, string what) => checker.Meant(node, arguments.Strings(what));

    /// <summary>What is no name of a field matches none, and is no fault (RFC 5228 2.4.2.2).</summary>
    private ImmutableArray<Template> Fields(Node node, TakenArguments arguments) => Texts(node, arguments, "names of fields");

    private AddressPart Part(Node node, TakenArguments arguments)
    {
        AddressPart[] named = [.. new (string Tag, AddressPart Part)[]
            {
                ("all", AddressPart.All), ("localpart", AddressPart.LocalPart), ("domain", AddressPart.Domain), ("user", AddressPart.User), ("detail", AddressPart.Detail),
            }.Where(known => arguments.Tag(known.Tag, known.Part is AddressPart.User or AddressPart.Detail ? Extensions.Subaddress : null)).Select(static known => known.Part)];
        if (named.Length > 1)
            checker.Fail(node, "more than one part of an address");
        return named is [var part, ..] ? part : AddressPart.All;
    }

    private ComparisonTags Tags(Node node, TakenArguments arguments)
    {
        Comparator comparator = NamedComparator(node, arguments);
        List<(MatchType Type, Relation Relation)> types = [];
        foreach ((string tag, MatchType type) in new[] { ("is", MatchType.Is), ("contains", MatchType.Contains), ("matches", MatchType.Matches) })
            if (arguments.Tag(tag))
                types.Add((type, default));
        foreach ((string tag, MatchType type) in new[] { ("value", MatchType.Value), ("count", MatchType.Count) })
            if (arguments.Tagged(tag, Extensions.Relational, isList: false) is [var relation])
                types.Add((type, NamedRelation(node, relation)));
        if (types.Count > 1)
            checker.Fail(node, "more than one way to match");
        (MatchType Type, Relation Relation) match = types.FirstOrDefault();
        if (match.Type is MatchType.Contains or MatchType.Matches && !comparator.HasSubstrings)
            checker.Fail(node, $"{comparator.Name} knows no parts of strings");
        return new(match.Type, comparator, match.Relation);
    }

    private Comparator NamedComparator(Node node, TakenArguments arguments)
    {
        if (arguments.Tagged("comparator", null, isList: false) is not [var name])
            return Comparator.AsciiCasemap;
        if (Comparator.Find(name) is not { } comparator)
        {
            checker.Fail(node, $"the comparator {SieveFault.Quote(name)} is not supported");
            return Comparator.AsciiCasemap;
        }
        if (comparator == Comparator.AsciiNumeric)
            checker.Need(node, Extensions.Numeric, name);
        return comparator;
    }

    private Relation NamedRelation(Node node, string name)
    {
        int at = Array.IndexOf(["eq", "ne", "gt", "ge", "lt", "le"], name.ToLowerInvariant());
        if (at < 0)
            checker.Fail(node, $"{SieveFault.Quote(name)} is none of eq, ne, gt, ge, lt and le");
        return (Relation)Math.Max(at, 0);
    }

    private readonly record struct ComparisonTags(MatchType Type, Comparator Comparator, Relation Relation)
    {
        public Comparison With(ImmutableArray<Template> keys) => new(Type, Comparator, Relation, keys);
    }
}
