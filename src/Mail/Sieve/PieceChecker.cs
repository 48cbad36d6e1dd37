using System.Collections.Immutable;

namespace DirMail.Mail.Sieve;

/// <summary>Makes commands of one value of a script, or says what is wrong with it: names, arguments, extensions that were not required (RFC 5228 2.10.5). The first fault stays.</summary>
internal sealed class PieceChecker
{
    private readonly HashSet<string> _required = new(StringComparer.Ordinal);
    private readonly TestChecker _tests;

    private PieceChecker() => _tests = new(this);

    public SieveFault? Fault { get; private set; }

    /// <summary>The commands; with a fault they mean nothing.</summary>
    public static ImmutableArray<Command> Check(string text, out SieveFault? fault)
    {
        ImmutableArray<Node> nodes = Parser.Parse(text, out fault);
        if (fault is not null)
            return [];
        var checker = new PieceChecker();
        int requires = nodes.TakeWhile(static node => node.Name == "require").Count();
        foreach (Node node in nodes.Take(requires))
            checker.Require(node);
        ImmutableArray<Command> commands = checker.Block([.. nodes.Skip(requires)]);
        fault = checker.Fault;
        return commands;
    }

    public void Fail(Node node, string reason) => Fault ??= new(node.Line, $"{SieveFault.Short(node.Name)}: {reason}");

    public void Need(Node node, string extension, string what)
    {
        if (!Has(extension))
            Fail(node, $"{what} needs require \"{extension}\"");
    }

    public bool Has(string extension) => _required.Contains(extension);

    /// <summary>A string as it is meant (RFC 5228 2.4.2.4, RFC 5229 3).</summary>
    public Template Meant(Node node, string text)
    {
        string? meant = Has(Extensions.EncodedCharacter) ? EncodedCharacters.Decode(text) : text;
        if (meant is null)
            Fail(node, $"{SieveFault.Quote(text)} names a character that there is not");
        if (Has(Extensions.Variables) && Template.NamesNamespace(text))
            Fail(node, $"{SieveFault.Quote(text)} names a namespace that no extension here has");
        return Template.Of(meant ?? "", Has(Extensions.Variables));
    }

    public ImmutableArray<Template> Meant(Node node, ImmutableArray<string> texts) => [.. texts.Select(text => Meant(node, text))];

    /// <summary>The names in front of a list of flags, where there are two lists (RFC 5232 2); none: the internal variable.</summary>
    public ImmutableArray<string> FlagVariables(Node node, TakenArguments arguments)
    {
        if (arguments.Left < 2)
            return [];
        Need(node, Extensions.Variables, "a named variable");
        ImmutableArray<string> names = arguments.Strings("names of variables");
        if (names.FirstOrDefault(static name => !IsVariable(name)) is { } bad)
            Fail(node, $"{SieveFault.Quote(bad)} is no name of a variable");
        return names;
    }

    private void Require(Node node)
    {
        var arguments = new TakenArguments(node, this);
        foreach (string extension in arguments.Strings("extensions"))
        {
            if (!Extensions.Known.Contains(extension))
                Fail(node, $"the extension {SieveFault.Quote(extension)} is not supported");
            _required.Add(extension);
        }
        arguments.End();
        NoBlock(node);
    }

    private ImmutableArray<Command> Block(ImmutableArray<Node> nodes)
    {
        ImmutableArray<Command>.Builder commands = ImmutableArray.CreateBuilder<Command>();
        for (int i = 0; i < nodes.Length && Fault is null;)
            if (nodes[i].Name == "if")
                commands.Add(If(nodes, ref i));
            else
                commands.Add(Simple(nodes[i++]));
        return commands.DrainToImmutable();
    }

    private Command.If If(ImmutableArray<Node> nodes, ref int at)
    {
        ImmutableArray<(Test, ImmutableArray<Command>)>.Builder branches = ImmutableArray.CreateBuilder<(Test, ImmutableArray<Command>)>();
        branches.Add(Branch(nodes[at++]));
        while (at < nodes.Length && nodes[at].Name == "elsif")
            branches.Add(Branch(nodes[at++]));
        if (at < nodes.Length && nodes[at].Name == "else")
            branches.Add(Branch(nodes[at++]));
        return new(branches.DrainToImmutable());
    }

    private (Test, ImmutableArray<Command>) Branch(Node node)
    {
        new TakenArguments(node, this).End(tests: node.Name == "else" ? 0 : 1);
        if (node.Block is null)
            Fail(node, "without a block");
        Test test = node.Tests is [var written] ? _tests.Check(written) : new Test.Constant(true);
        return (test, Block(node.Block ?? []));
    }

    private Command Simple(Node node)
    {
        var arguments = new TakenArguments(node, this);
        Command command = Simple(node, arguments);
        arguments.End();
        NoBlock(node);
        return command;
    }

    private Command Simple(Node node, TakenArguments arguments)
    {
        switch (node.Name)
        {
            case "stop":
                return new Command.Stop();
            case "discard":
                return new Command.Discard();
            case "keep":
                return new Command.File(null, Flags(node, arguments), IsCopy: false);
            case "fileinto":
                Need(node, Extensions.FileInto, "it");
                bool isFiledToo = arguments.Tag("copy", Extensions.Copy);
                ImmutableArray<Template>? flags = Flags(node, arguments);
                return new Command.File(Meant(node, arguments.String("a mailbox")), flags, isFiledToo);
            case "redirect":
                bool isSentToo = arguments.Tag("copy", Extensions.Copy);
                return new Command.Redirect(Address(node, arguments.String("an address")), isSentToo);
            case "reject" or "ereject":
                Need(node, node.Name, "it");
                return new Command.Reject(Meant(node, arguments.String("a reason")));
            case "set":
                Need(node, Extensions.Variables, "it");
                return Set(node, arguments);
            case "vacation":
                Need(node, Extensions.Vacation, "it");
                return Vacation(node, arguments);
            case "setflag" or "addflag" or "removeflag":
                Need(node, Extensions.Flags, "it");
                FlagChange change = node.Name == "setflag" ? FlagChange.Set : node.Name == "addflag" ? FlagChange.Add : FlagChange.Remove;
                ImmutableArray<string> variables = FlagVariables(node, arguments);
                if (variables.Length > 1)
                    Fail(node, "more than one variable");
                return new Command.ChangeFlags(change, variables.FirstOrDefault(), Meant(node, arguments.Strings("flags")));
            default:
                Fail(node, node.Name is "elsif" or "else" ? "without an if before it" : node.Name == "require" ? "stands behind other commands" : "there is no such command");
                return new Command.Stop();
        }
    }

    private Command.Vacation Vacation(Node node, TakenArguments arguments)
    {
        if (arguments.Tag("mime"))
            Fail(node, ":mime is not supported");
        int days = SieveVacation.Within(arguments.TaggedNumber("days"));
        Template? subject = Tagged(node, arguments, "subject"), from = Tagged(node, arguments, "from"), name = Tagged(node, arguments, "handle");
        ImmutableArray<Template> addresses = Meant(node, arguments.Tagged("addresses", null, isList: true) ?? []);
        return new(Meant(node, arguments.String("a text")), days, subject, from, addresses, name);
    }

    private Template? Tagged(Node node, TakenArguments arguments, string tag) => arguments.Tagged(tag, null, isList: false) is [var text] ? Meant(node, text) : null;

    private Command.Set Set(Node node, TakenArguments arguments)
    {
        ImmutableArray<Modifier> modifiers = [.. Modifier.All.Where(modifier => arguments.Tag(modifier.Tag))];
        if (modifiers.DistinctBy(static modifier => modifier.Precedence).Count() < modifiers.Length)
            Fail(node, "two modifiers of the same precedence");
        string name = arguments.String("a name");
        if (!IsVariable(name))
            Fail(node, $"{SieveFault.Quote(name)} is no name of a variable");
        return new(name, Meant(node, arguments.String("a value")), modifiers);
    }

    private static bool IsVariable(string name) =>
        name.Length is > 0 and <= Variables.LongestName && !char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private ImmutableArray<Template>? Flags(Node node, TakenArguments arguments) =>
        arguments.Tagged("flags", Extensions.Flags, isList: true) is { } flags ? Meant(node, flags) : null;

    /// <summary>One that varies is looked at when the script runs.</summary>
    private Template Address(Node node, string text)
    {
        Template address = Meant(node, text);
        if (address.Literal is { } literal && !MailAddress.TryParse(literal, out _))
            Fail(node, $"{SieveFault.Quote(text)} is not a mail address");
        return address;
    }

    private void NoBlock(Node node)
    {
        if (node.Block is not null)
            Fail(node, "takes no block");
    }
}
