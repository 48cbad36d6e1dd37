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

    public void Fail(Node node, string reason) => Fault ??= new(node.Line, $"{node.Name}: {reason}");

    public void Need(Node node, string extension, string what)
    {
        if (!Has(extension))
            Fail(node, $"{what} needs require \"{extension}\"");
    }

    public bool Has(string extension) => _required.Contains(extension);

    /// <summary>A string as it is meant (RFC 5228 2.4.2.4).</summary>
    public string? Meant(Node node, string text)
    {
        if (!Has(Extensions.EncodedCharacter))
            return text;
        string? meant = EncodedCharacters.Decode(text);
        if (meant is null)
            Fail(node, $"{SieveFault.Quote(text)} names a character that there is not");
        return meant ?? "";
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
                ImmutableArray<string>? flags = Flags(node, arguments);
                return new Command.File(Meant(node, arguments.String("a mailbox")), flags, isFiledToo);
            case "redirect":
                bool isSentToo = arguments.Tag("copy", Extensions.Copy);
                return new Command.Redirect(Address(node, arguments.String("an address")), isSentToo);
            case "reject" or "ereject":
                Need(node, node.Name, "it");
                return new Command.Reject(Meant(node, arguments.String("a reason"))!);
            case "setflag" or "addflag" or "removeflag":
                Need(node, Extensions.Flags, "it");
                ImmutableArray<string> named = MessageFlagNames.Each(arguments.Strings("flags"));
                return node.Name == "setflag" ? new Command.SetFlags(named) : node.Name == "addflag" ? new Command.AddFlags(named) : new Command.RemoveFlags(named);
            default:
                Fail(node, node.Name is "elsif" or "else" ? "without an if before it" : node.Name == "require" ? "stands behind other commands" : "there is no such command");
                return new Command.Stop();
        }
    }

    private static ImmutableArray<string>? Flags(Node node, TakenArguments arguments) =>
        arguments.Tagged("flags", Extensions.Flags, isList: true) is { } flags ? MessageFlagNames.Each(flags) : null;

    private MailAddress Address(Node node, string text)
    {
        if (!MailAddress.TryParse(Meant(node, text), out MailAddress address))
            Fail(node, $"{SieveFault.Quote(text)} is not a mail address");
        return address;
    }

    private void NoBlock(Node node)
    {
        if (node.Block is not null)
            Fail(node, "takes no block");
    }
}
